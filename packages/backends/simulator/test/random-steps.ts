import { randomBytes } from 'node:crypto'
import {
  LightningError,
  msat,
  type NodeId,
  type PaymentHash,
  type Preimage,
  preimage,
  sat,
} from '@lightning-mcp/core'
import fc from 'fast-check'
import type { ManualClock, NetworkTopology, SimulatedNetwork } from '../src/index.ts'
import { hashOf } from '../src/invoices/create-invoice.ts'

export const NAMES = ['alice', 'bob', 'carol', 'dave', 'hub'] as const
type Name = (typeof NAMES)[number]

/** Two ways between most nodes, some of them too small for the larger amounts. */
export const topology: NetworkTopology = {
  nodes: NAMES.map((name) => ({ name, onchainSat: sat(3_000_000n) })),
  channels: [
    { between: ['alice', 'hub'], capacitySat: sat(1_000_000n) },
    { between: ['alice', 'hub'], capacitySat: sat(300_000n), remoteSat: sat(1_000n) },
    { between: ['bob', 'hub'], capacitySat: sat(500_000n) },
    {
      between: ['alice', 'bob'],
      capacitySat: sat(200_000n),
      policies: [{ feeProportionalMillionths: 5000 }],
    },
    { between: ['carol', 'bob'], capacitySat: sat(400_000n) },
    { between: ['dave', 'hub'], capacitySat: sat(700_000n), private: true },
    { between: ['carol', 'dave'], capacitySat: sat(250_000n) },
  ],
}

export type Step =
  | { do: 'pay' | 'hold'; from: Name; to: Name; amountMsat: bigint; maxFeeMsat: bigint }
  | { do: 'settle' | 'cancel'; pick: number }
  | { do: 'keysend'; from: Name; to: Name; amountMsat: bigint }
  | { do: 'offer' | 'probe'; from: Name; to: Name; amountMsat: bigint }
  | { do: 'watch-over'; node: Name; tower: Name }
  | { do: 'online'; node: Name; online: boolean }
  | { do: 'stick'; node: Name }
  | { do: 'release'; how: 'forward' | 'fail' }
  | { do: 'mine'; count: number }
  | { do: 'open'; from: Name; to: Name; capacitySat: bigint; pushMsat: bigint }
  | { do: 'close'; node: Name; pick: number; mode: 'cooperative' | 'force' }
  | { do: 'splice'; node: Name; pick: number; to: Name | 'away' | 'in'; amountSat: bigint }
  | { do: 'send-coins'; from: Name; to: Name | 'away'; amountSat: bigint }
  | { do: 'latency'; latencyMs: number }
  | { do: 'wait'; milliseconds: number }

const name = fc.constantFrom(...NAMES)
const amountMsat = fc.oneof(fc.bigInt(1n, 1_000_000n), fc.bigInt(1_000_000n, 900_000_000n))
const pick = fc.nat(20)

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('pay' as const, 'hold' as const),
      from: name,
      to: name,
      amountMsat,
      maxFeeMsat: fc.oneof(fc.constant(0n), fc.bigInt(0n, 10_000_000n)),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('settle' as const, 'cancel' as const), pick }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('keysend' as const), from: name, to: name, amountMsat }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('offer' as const, 'probe' as const),
      from: name,
      to: name,
      amountMsat,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('watch-over' as const), node: name, tower: name }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('online' as const), node: name, online: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stick' as const), node: name }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('release' as const),
      how: fc.constantFrom('forward' as const, 'fail' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('mine' as const), count: fc.constantFrom(1, 1, 3, 6, 200) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('open' as const),
      from: name,
      to: name,
      capacitySat: fc.bigInt(20_000n, 1_000_000n),
      pushMsat: fc.bigInt(0n, 100_000_000n),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('close' as const),
      node: name,
      pick,
      mode: fc.constantFrom('cooperative' as const, 'force' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('splice' as const),
      node: name,
      pick,
      to: fc.oneof(name, fc.constant('away' as const), fc.constant('in' as const)),
      amountSat: fc.bigInt(330n, 500_000n),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('send-coins' as const),
      from: name,
      to: fc.oneof(name, fc.constant('away' as const)),
      amountSat: fc.bigInt(330n, 2_000_000n),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('latency' as const), latencyMs: fc.constantFrom(0, 50) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), milliseconds: fc.constantFrom(20, 100, 5000) }),
  },
)

export interface World {
  network: SimulatedNetwork
  clock: ManualClock
  held: { node: Name; secret: Preimage; hash: PaymentHash }[]
}

/** Refusals are part of the game; anything else is a fault. */
export const refused = (error: unknown): void => {
  if (!LightningError.is(error) || error.code === 'internal') throw error
}

/** Does the step, or has it refused. */
export async function take({ network, clock, held }: World, step: Step): Promise<void> {
  switch (step.do) {
    case 'pay':
    case 'hold': {
      const payee = network.wallet(step.to)
      const amount = { amountMsat: msat(step.amountMsat), expirySeconds: 3600 }
      const secret = preimage(randomBytes(32).toString('hex'))
      if (step.do === 'hold') held.push({ node: step.to, secret, hash: hashOf(secret) })
      const { invoice } =
        step.do === 'pay'
          ? await payee.createInvoice(amount)
          : await payee.hold!.create({ ...amount, paymentHash: hashOf(secret) })
      pending(
        network.wallet(step.from).payInvoice({
          invoice: invoice!,
          maxFeeMsat: msat(step.maxFeeMsat),
          allowSelfPayment: true,
        }),
      )
      break
    }
    case 'settle':
    case 'cancel': {
      const one = held[step.pick % Math.max(1, held.length)]
      if (one === undefined) break
      const hold = network.wallet(one.node).hold!
      if (step.do === 'settle') await hold.settle({ preimage: one.secret })
      else await hold.cancel({ paymentHash: one.hash })
      break
    }
    case 'keysend':
      pending(
        network.wallet(step.from).keysend!.send({
          destination: nodeIdOf(network, step.to),
          amountMsat: msat(step.amountMsat),
          maxFeeMsat: msat(10_000_000n),
          preimage: preimage(randomBytes(32).toString('hex')),
        }),
      )
      break
    case 'offer': {
      const payer = network.wallet(step.from).offers!
      const { offer } = await network.wallet(step.to).offers!.create({ description: 'random' })
      const amount = { offer, amountMsat: msat(step.amountMsat) }
      const { invoice } = await payer.fetchInvoice!(amount)
      pending(payer.pay!({ ...amount, invoice, maxFeeMsat: msat(10_000_000n) }))
      break
    }
    case 'probe':
      pending(
        network.wallet(step.from).routing!.probe!({
          target: { nodeId: nodeIdOf(network, step.to), amountMsat: msat(step.amountMsat) },
        }),
      )
      break
    case 'watch-over':
      await network.wallet(step.node).watchtowers!.add!({
        nodeId: nodeIdOf(network, step.tower),
        address: '127.0.0.1:9911',
      })
      break
    case 'online':
      network.setPeerOnline(step.node, step.online)
      break
    case 'stick':
      network.holdNextHtlc({ node: step.node })
      break
    case 'release':
      network.releaseHeldHtlcs(step.how)
      break
    case 'mine':
      network.mineBlocks(step.count)
      break
    case 'open':
      await network.wallet(step.from).channels!.open!({
        peer: nodeIdOf(network, step.to),
        capacitySat: sat(step.capacitySat),
        pushMsat: msat(step.pushMsat),
      })
      break
    case 'close': {
      const { items } = await network.wallet(step.node).channels!.list({ limit: 100 })
      const channel = items[step.pick % Math.max(1, items.length)]
      if (channel !== undefined)
        await network.wallet(step.node).channels!.close!({
          channel: { channelId: channel.channelId! },
          mode: step.mode,
        })
      break
    }
    case 'splice': {
      const { channels, splicing } = network.wallet(step.node)
      const { items } = await channels!.list({ limit: 100 })
      const channel = items[step.pick % Math.max(1, items.length)]
      if (channel === undefined) break
      const order = { channel: { channelId: channel.channelId! }, amountSat: sat(step.amountSat) }
      if (step.to === 'in') await splicing!.spliceIn(order)
      else await splicing!.spliceOut({ ...order, address: await addressOf(network, step.to) })
      break
    }
    case 'send-coins': {
      const address = await addressOf(network, step.to)
      await network.wallet(step.from).onchain!.send!({ address, amountSat: sat(step.amountSat) })
      break
    }
    case 'latency':
      network.setLatency(step.latencyMs)
      break
    case 'wait':
      clock.advance(step.milliseconds)
      break
  }
}

const nodeIdOf = (network: SimulatedNetwork, to: Name): NodeId =>
  network.nodes.find((node) => node.name === to)!.nodeId

const addressOf = async (network: SimulatedNetwork, to: Name | 'away'): Promise<string> =>
  to === 'away' ? 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080' : network.wallet(to).onchain!.newAddress!({})

const pending = (payment: Promise<unknown>): void => {
  payment.catch(refused)
}
