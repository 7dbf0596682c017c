import type { ToolImage } from './tool.ts'

/**
 * A QR code of an invoice. In capitals, which BOLT 11 allows, because QR codes write them in far less
 * room. The library is loaded when the first code is asked for.
 */
export async function qrImage(invoice: string): Promise<ToolImage> {
  const { default: qrcode } = await import('qrcode')
  const png = await qrcode.toBuffer(`LIGHTNING:${invoice.toUpperCase()}`, {
    type: 'png',
    errorCorrectionLevel: 'L',
    margin: 2,
    scale: 4,
  })
  return { dataBase64: png.toString('base64'), mimeType: 'image/png' }
}
