/** Filled in with the offers. */
export class OfferBook {}
