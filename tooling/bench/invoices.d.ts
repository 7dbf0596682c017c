declare module 'invoices' {
  export function parsePaymentRequest(args: { request: string }): object
}
