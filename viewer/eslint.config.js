import js from "@eslint/js";
import path from "node:path";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

import fences from "./lint/fences.js";
import noLiteralText from "./lint/no-literal-text.js";

const root = path.join(import.meta.dirname, "src");

export default defineConfig(
  globalIgnores(["node_modules/", "test-results/"]),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: { project: ["./tsconfig.json", "./tsconfig.node.json"], tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "max-lines-per-function": ["error", { max: 80, skipBlankLines: true, skipComments: true }],
      complexity: ["error", 14],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/consistent-type-definitions": ["error", "interface"],
      // numbers in template literals are what they look like
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // an event handler that starts asynchronous work is our daily bread; the work catches its own errors
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      // `_` says that a parameter is there for its place alone
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { house: { rules: { fences, "no-literal-text": noLiteralText } } },
    rules: { "house/fences": ["error", { root }] },
  },
  { files: ["src/**/*.tsx"], ignores: ["**/*.test.tsx"], rules: { "house/no-literal-text": "error" } },
  {
    files: ["**/*.test.{ts,tsx}", "bench/**", "e2e/**", "dev/**"],
    // a describe block is as long as its cases, and a mock's table of routes is one long switch
    rules: { "max-lines-per-function": "off", complexity: "off" },
  },
  {
    files: ["**/*.js"],
    // ESLint hands its rules nodes of the parser at hand, typed `any`
    rules: {
      "@typescript-eslint/no-explicit-any": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-return": "off",
    },
  },
);
