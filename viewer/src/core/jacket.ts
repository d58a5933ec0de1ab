/** The studies and series of one patient as a tree: which lines are shown, and where the keys lead. */
import type { Series, Study } from "./model.ts";

export interface Node {
  readonly level: "study" | "series";
  readonly id: string;
  /** The study a series belongs to; a study's own id. */
  readonly study: string;
}

/** The lines as they stand on the page, closed studies without their series. */
export function visibleNodes(
  studies: readonly Study[],
  open: ReadonlySet<string>,
  seriesOf: (study: string) => readonly Series[] | undefined,
): Node[] {
  return studies.flatMap((study) => [
    { level: "study", id: study.id, study: study.id } as const,
    ...(open.has(study.id) ? (seriesOf(study.id) ?? []).map((one) => ({ level: "series", id: one.id, study: study.id }) as const) : []),
  ]);
}

export type Step =
  | { readonly kind: "go"; readonly node: Node }
  | { readonly kind: "open"; readonly study: string }
  | { readonly kind: "close"; readonly study: string }
  /** Out of the tree, back to the list of patients. */
  | { readonly kind: "leave" };

/** What a key does at a line (WAI-ARIA tree grid: left closes or goes up, right opens or goes down). */
export function step(nodes: readonly Node[], at: string | undefined, open: ReadonlySet<string>, key: string, page = 8): Step | undefined {
  const index = nodes.findIndex((node) => node.id === at);
  const node = nodes[index];
  switch (key) {
    case "ArrowRight":
      if (node?.level !== "study") return undefined;
      return open.has(node.study) ? go(nodes[index + 1]) : { kind: "open", study: node.study };
    case "ArrowLeft":
      if (node?.level === "series") return go(nodes.find((one) => one.id === node.study));
      return node !== undefined && open.has(node.study) ? { kind: "close", study: node.study } : { kind: "leave" };
    default: {
      const to = target(key, index, nodes.length, page);
      return to === undefined ? undefined : go(nodes[Math.min(nodes.length - 1, Math.max(0, to))]);
    }
  }
}

const go = (node: Node | undefined): Step | undefined => (node === undefined ? undefined : { kind: "go", node });

function target(key: string, index: number, count: number, page: number): number | undefined {
  const targets: Readonly<Record<string, number>> = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    PageDown: index + page,
    PageUp: index - page,
    Home: 0,
    End: count - 1,
  };
  return targets[key];
}
