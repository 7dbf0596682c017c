export type { Account, AccountHolding, AccountKind, AccountTransfer } from './accounts/account.ts'
export { accountName } from './accounts/account.ts'
export { closeAccount, createAccount, listAccounts } from './accounts/create-account.ts'
export { readNodeFigure } from './accounts/node-figure.ts'
export type { NodeFigure } from './accounts/solvency.ts'
export {
  type TransferDocument,
  type TransferFault,
  type TransferRequest,
  transfer,
  verifyTransfers,
} from './accounts/transfer.ts'
export type { Approval, ApprovalDecision, ApprovalState } from './approvals/approval.ts'
export type { ApprovalDocument } from './approvals/approval-document.ts'
export { approvalId } from './approvals/approval-id.ts'
export type { ApprovalSettings, DecideByProgram } from './approvals/approval-settings.ts'
export {
  type DecideApprovalRequest,
  decideApproval,
  findApproval,
  listApprovals,
} from './approvals/decide-approval.ts'
export {
  type ApprovalAnswer,
  type ApprovalRequest,
  signDecision,
  verifyWebhook,
} from './approvals/webhook-message.ts'
export { type Clock, systemClock } from './clock.ts'
export { createWallet } from './create-wallet.ts'
export type { CreateHoldInvoiceRequest, HoldInvoice } from './hold/hold-invoice.ts'
export type { Decision, Intent } from './intents/intent.ts'
export { type AuditOptions, type AuditReport, auditLedger } from './ledger/audit.ts'
export type { AuditFinding, AuditMark } from './ledger/audit-findings.ts'
export type { AccountBalance, JournalEntry } from './ledger/journal.ts'
export { DEFAULT_LIMITS, type FeeCap, type WalletLimits } from './limits.ts'
export type { NodeManager, NodeReader } from './node-access.ts'
export { type CertifiedLedger, type CertifyLedgerRequest, certifyLedger } from './owner/certify-ledger.ts'
export {
  type KnownLedger,
  knownLedgerOf,
  readKnownLedgers,
  rememberLedger,
} from './owner/known-ledgers.ts'
export {
  createLedgerCertificate,
  type LedgerMeta,
  type LedgerVerdict,
  ownerOfLedger,
  readLedgerMeta,
  verifyLedgerCertificate,
  writeLedgerMeta,
} from './owner/ledger-certificate.ts'
export {
  createOwner,
  hasOwnerKey,
  type Owner,
  openOwner,
  ownerIn,
  readOwner,
  restoreOwner,
} from './owner/owner-folder.ts'
export { generateOwnerKey, type OwnerKey, type OwnerPublicKey, ownerKeyMissing } from './owner/owner-key.ts'
export {
  type DocumentKind,
  type DocumentSignature,
  signDocument,
  verifyDocument,
} from './owner/signed-document.ts'
export { paymentId } from './payment-id.ts'
export { type InstalledPolicy, installedPolicy, installPolicy } from './policy/install-policy.ts'
export type { AccountPolicy, ApprovalRules, BudgetPolicy, Policy } from './policy/policy.ts'
export { type PolicyChange, policyChanges } from './policy/policy-changes.ts'
export { readPolicyRecord } from './policy/policy-record.ts'
export { type PolicyDocument, type ReadPolicy, readPolicy } from './policy/read-policy.ts'
export { POLICY_FILE, signPolicy } from './policy/signed-policy.ts'
export { type BreakerView, listBreakers, resetBreakers } from './safety/breaker.ts'
export type { PauseRecord, PauseState, PauseWay, ResumeDocument } from './safety/pause-record.ts'
export { type PauseContext, pauseSpending, pauseState, resumeSpending } from './safety/pause-spending.ts'
export { type OwnerResolution, type ResolutionDocument, resolveByOwner } from './spending/resolve-by-owner.ts'
export type {
  ChannelCloseSpend,
  ChannelOpenSpend,
  KeysendSpend,
  OfferSpend,
  OnchainSpend,
  SpendKind,
  SpendRequest,
  SpendTerms,
  SpliceInSpend,
  SpliceOutSpend,
} from './spending/spend-request.ts'
export type { StepName } from './steps.ts'
export { openPostgresStore, type PostgresStoreOptions } from './store/postgres-store.ts'
export { openSqliteStore, type SqliteStoreOptions } from './store/sqlite-store.ts'
export type { StoreReader, WalletStore } from './store/wallet-store.ts'
export type {
  AccountShown,
  ApprovalId,
  Budget,
  IntentState,
  ListPaymentsRequest,
  PaymentId,
  PaymentKey,
  PaymentListEntry,
  PaymentOutcome,
  PaymentPreview,
  PaymentProgress,
  PaymentRecord,
  PaymentRequest,
  RuleVerdict,
  SpendingPaused,
  SpendPreview,
  Wallet,
  WalletDetails,
} from './wallet.ts'
export type { WalletLog, WalletOptions } from './wallet-options.ts'
