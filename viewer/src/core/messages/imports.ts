export const imports = {
  en: {},
  it: {},
} as const;
