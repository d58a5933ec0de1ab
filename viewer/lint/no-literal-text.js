// Every text that a person sees goes through the message table (src/core/messages.ts).

/** Attributes that are read by people (or read aloud to them). */
const SPOKEN = new Set(["title", "aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "alt", "placeholder", "label"]);
const WORDS = /\p{L}/u;

/**
 * The literal in an expression that would be shown, if there is one.
 * @param {any} node
 * @returns {any}
 */
function shown(node) {
  switch (node?.type) {
    case "Literal":
      return typeof node.value === "string" && WORDS.test(node.value) ? node : undefined;
    case "TemplateLiteral":
      return node.quasis.some((/** @type {any} */ quasi) => WORDS.test(quasi.value.cooked ?? "")) ? node : undefined;
    case "ConditionalExpression":
      return shown(node.consequent) ?? shown(node.alternate);
    case "LogicalExpression":
      return shown(node.right);
    case "JSXExpressionContainer":
      return shown(node.expression);
    default:
      return undefined;
  }
}

/** @type {import("eslint").Rule.RuleModule} */
export default {
  meta: { type: "problem", schema: [] },
  create(context) {
    /** @param {any} node */
    const report = (node) => {
      context.report({ node, message: "text goes through the message table" });
    };
    return {
      /** @param {any} node */
      JSXText(node) {
        if (WORDS.test(node.value)) report(node);
      },
      /** @param {any} node */
      JSXExpressionContainer(node) {
        if (node.parent.type === "JSXAttribute") return;
        const literal = shown(node);
        if (literal !== undefined) report(literal);
      },
      /** @param {any} node */
      JSXAttribute(node) {
        const literal = SPOKEN.has(node.name.name) ? shown(node.value) : undefined;
        if (literal !== undefined) report(literal);
      },
    };
  },
};
