export const archive = {
  en: {},
  it: {},
} as const;
