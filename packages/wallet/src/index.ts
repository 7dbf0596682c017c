export type { NodeReader } from './node-reader.ts'
export type {
  Budget,
  IntentState,
  ListPaymentsRequest,
  PaymentId,
  PaymentListEntry,
  PaymentOutcome,
  PaymentPreview,
  PaymentProgress,
  PaymentRecord,
  PaymentRequest,
  RuleVerdict,
  Wallet,
  WalletDetails,
} from './wallet.ts'
