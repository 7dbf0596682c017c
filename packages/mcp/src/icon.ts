const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#f7931a" d="M13 2 4 14h6l-1 8 9-12h-6z"/></svg>'

/** A lightning bolt, small enough to travel with the server's name. */
export const icon = {
  src: `data:image/svg+xml;base64,${Buffer.from(SVG).toString('base64')}`,
  mimeType: 'image/svg+xml',
  sizes: ['any'],
}
