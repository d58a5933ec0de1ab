import path from "node:path";

import { ESLint, type Linter, RuleTester } from "eslint";
import tseslint from "typescript-eslint";
import { describe, expect, it } from "vitest";

import fences, { trespass } from "./fences.js";
import noLiteralText from "./no-literal-text.js";

const root = path.join(import.meta.dirname, "../src");

RuleTester.describe = describe;
RuleTester.it = it;

describe("the law of one direction", () => {
  it.each([
    ["core/names.ts", "./model.ts"],
    ["io/api.ts", "../core/model.ts"],
    ["features/archive/archiveStore.ts", "../kit/index.ts"],
    ["features/archive/archiveStore.ts", "./jacketStore.ts"],
    ["features/viewport/engine/stack.ts", "../viewer.ts"],
    ["features/viewport/engine/stack.ts", "../../prefs/index.ts"],
    ["app/App.tsx", "../features/archive/index.ts"],
    ["io/events.ts", "@preact/signals"],
  ])("lets %s import %s", (from, source) => {
    expect(trespass(path.join(root, from), source, root)).toBeUndefined();
  });

  it.each([
    ["core/names.ts", "../io/api.ts", "core may not import from io"],
    ["core/names.ts", "preact", "core imports no framework, not preact"],
    ["core/frames.ts", "@cornerstonejs/core", "core imports no framework, not @cornerstonejs/core"],
    ["io/api.ts", "../features/kit/index.ts", "io may not import from features"],
    ["features/archive/index.ts", "../../app/router.ts", "features may not import from app"],
    ["features/archive/archiveStore.ts", "../kit/paged.ts", "the feature kit is entered by its index alone"],
    ["app/App.tsx", "../features/archive/archiveStore.ts", "the feature archive is entered by its index alone"],
  ])("does not let %s import %s", (from, source, message) => {
    expect(trespass(path.join(root, from), source, root)).toBe(message);
  });
});

new RuleTester().run("fences", fences, {
  valid: [{ code: 'import { a } from "../core/a.ts";', filename: path.join(root, "io/a.ts"), options: [{ root }] }],
  invalid: [
    'import { a } from "../app/a.ts";',
    'import "../app/a.css";',
    'export * from "../app/a.ts";',
    'export { a } from "../app/a.ts";',
    'const a = () => import("../app/a.ts");',
  ].map((code) => ({ code, filename: path.join(root, "io/a.ts"), options: [{ root }], errors: 1 })),
});

new RuleTester({ languageOptions: { parserOptions: { ecmaFeatures: { jsx: true } } } }).run("no-literal-text", noLiteralText, {
  valid: [
    'const a = <p class="note">{t("key")}</p>;',
    "const a = <kbd>/</kbd>;",
    'const a = <p>{" · "}</p>;',
    'const a = <img alt="" />;',
    "const a = <p>{`${one} – ${two}`}</p>;",
  ],
  invalid: [
    "const a = <p>Hello</p>;",
    'const a = <p>{"Hello"}</p>;',
    'const a = <p>{yes ? "Yes" : ""}</p>;',
    'const a = <p>{name ?? "Nobody"}</p>;',
    "const a = <p>{`${count} files`}</p>;",
    'const a = <button title="Close" />;',
    'const a = <input placeholder={"Name"} />;',
    'const a = <nav aria-label={`Places of ${name}`} />;',
  ].map((code) => ({ code, errors: 1 })),
});

describe("the components", () => {
  it("hold no literal text", async () => {
    const config: Linter.Config = {
      files: ["**/*.tsx"],
      languageOptions: { parser: tseslint.parser, parserOptions: { ecmaFeatures: { jsx: true } } },
      linterOptions: { reportUnusedDisableDirectives: "off" },
      plugins: { house: { rules: { "no-literal-text": noLiteralText } } },
      rules: { "house/no-literal-text": "error" },
    };
    const eslint = new ESLint({ cwd: root, overrideConfigFile: true, overrideConfig: config });
    const results = await eslint.lintFiles(["**/*.tsx"]);
    expect(results.length).toBeGreaterThan(10);
    expect(results.flatMap((one) => one.messages.map((message) => `${one.filePath}:${message.line} ${message.message}`))).toEqual([]);
  }, 30_000);
});
