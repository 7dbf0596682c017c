import type { EclairNode } from '../eclair-node.ts'
import type { Json } from '../json.ts'
import type { Form } from '../wire/form.ts'

/** One method of the API: reads the form, answers the JSON of status 200, or throws a `Refusal`. */
export type Endpoint = (node: EclairNode, form: Form) => Json | Promise<Json>

export type Endpoints = Readonly<Record<string, Endpoint>>
