/** Words of the viewer (features/viewport). Keys begin with `viewport.`; both languages have the same keys. */
export const viewport = {
  en: {
    "viewport.placeholder": "The viewer is not here yet.",
  },
  it: {
    "viewport.placeholder": "Il visualizzatore non c'è ancora.",
  },
} as const;
