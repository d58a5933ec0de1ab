// The law of one direction: core <- io <- features <- app; a feature is entered by its index alone.
// Kept as a rule of our own (rather than a plug-in) so that the law can be read on one page.
import path from "node:path";

const LAYERS = ["core", "io", "features", "app"];
/** What core may not know: it is plain TypeScript, so that it can be read and tested without a browser. */
const FRAMEWORKS = /^(preact|@preact\/|@tanstack\/|@cornerstonejs\/)/;

/**
 * Where a file stands: its layer, and its feature when it has one.
 * @param {string} file
 * @param {string} root the folder that holds the layers
 * @returns {{ layer: string, feature: string | undefined, inside: string } | undefined}
 */
export function place(file, root) {
  const parts = path.relative(root, file).split(path.sep);
  const [layer, second, ...rest] = parts;
  if (layer === undefined || !LAYERS.includes(layer)) return undefined;
  const feature = layer === "features" ? second : undefined;
  return { layer, feature, inside: rest.join("/") };
}

/**
 * What is wrong with `file` importing `source`, if anything.
 * @param {string} file
 * @param {string} source
 * @param {string} root
 * @returns {string | undefined}
 */
export function trespass(file, source, root) {
  const from = place(file, root);
  if (from === undefined) return undefined;
  if (!source.startsWith(".")) {
    return from.layer === "core" && FRAMEWORKS.test(source) ? `core imports no framework, not ${source}` : undefined;
  }
  const to = place(path.resolve(path.dirname(file), source), root);
  if (to === undefined) return undefined;
  if (LAYERS.indexOf(to.layer) > LAYERS.indexOf(from.layer)) return `${from.layer} may not import from ${to.layer}`;
  if (to.feature !== undefined && to.feature !== from.feature && !/^(index(\.tsx?)?)?$/.test(to.inside)) {
    return `the feature ${to.feature} is entered by its index alone`;
  }
  return undefined;
}

/** @type {import("eslint").Rule.RuleModule} */
export default {
  meta: {
    type: "problem",
    schema: [{ type: "object", properties: { root: { type: "string" } }, required: ["root"], additionalProperties: false }],
  },
  create(context) {
    const { root } = /** @type {{ root: string }} */ (context.options[0]);
    /** @param {any} node */
    const check = (node) => {
      const source = /** @type {unknown} */ (node.source?.value);
      if (typeof source !== "string") return;
      const message = trespass(context.filename, source, root);
      if (message !== undefined) context.report({ node: node.source, message });
    };
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check, ImportExpression: check };
  },
};
