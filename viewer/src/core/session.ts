/** The one-time token in what a person typed or pasted: the token itself, or the whole printed address. */
export function tokenOf(text: string): string {
  const found = /[?&]token=([^&#\s]+)/.exec(text);
  return (found?.[1] ?? text).trim();
}
