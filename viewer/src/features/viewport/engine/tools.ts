/** What mouse and fingers do on the image. Wheel and keys are not tools: they are handled by the stage. */
import { addTool, BaseTool, Enums, PanTool, ToolGroupManager, type Types, WindowLevelTool, ZoomTool } from "@cornerstonejs/tools";

const { MouseBindings, KeyboardBindings } = Enums;

export const SCROLL_EVENT = "fileroom-scroll-drag";
const GROUP = "fileroom-stack";

/** Scroll by dragging: tells its element how far, in CSS pixels, and leaves the counting to the viewer. */
class ScrollDragTool extends BaseTool {
  static override toolName = "ScrollDrag";

  constructor(own: Types.PublicToolProps = {}, defaults: Types.ToolProps = { supportedInteractionTypes: ["Mouse", "Touch"] }) {
    super(own, defaults);
  }

  mouseDragCallback({ detail }: Types.EventTypes.InteractionEventType): void {
    const { element, deltaPoints } = detail as Types.EventTypes.MouseDragEventDetail;
    element.dispatchEvent(new CustomEvent(SCROLL_EVENT, { detail: deltaPoints.canvas[1] }));
  }

  touchDragCallback(event: Types.EventTypes.InteractionEventType): void {
    this.mouseDragCallback(event);
  }
}

/**
 * Window by dragging: across for the width, up and down for the centre. By shares of the width and not by fixed steps,
 * so that it works alike for Hounsfield units and for activities of a millionth.
 */
class WindowTool extends WindowLevelTool {
  static override toolName = "Window";

  override getNewRange({ deltaPointsCanvas: [across = 0, down = 0], lower, upper }: Drag): { lower: number; upper: number } {
    const half = ((upper - lower) / 2) * Math.exp(across / WIDENS);
    const middle = (lower + upper) / 2 + (down / SHIFTS) * (upper - lower);
    return { lower: middle - half, upper: middle + half };
  }
}

interface Drag {
  readonly deltaPointsCanvas: readonly number[];
  readonly lower: number;
  readonly upper: number;
}

/** So many CSS pixels make the window e times as wide, and shift it by its width. */
const WIDENS = 220;
const SHIFTS = 400;

/** The tools that the left button (or one finger) can have. */
const TOOLS = {
  window: WindowTool.toolName,
  scroll: ScrollDragTool.toolName,
  zoom: ZoomTool.toolName as string,
  pan: PanTool.toolName as string,
};
export type ToolName = keyof typeof TOOLS;
export const TOOL_NAMES = Object.keys(TOOLS) as ToolName[];

export function addTools(): void {
  for (const tool of [WindowTool, ScrollDragTool, ZoomTool, PanTool]) addTool(tool);
}

/** Give a viewport its tools. */
export function equip(viewportId: string, engineId: string): void {
  const group = ToolGroupManager.getToolGroup(GROUP) ?? ToolGroupManager.createToolGroup(GROUP);
  if (group === undefined) return;
  for (const name of Object.values(TOOLS)) if (!group.hasTool(name)) group.addTool(name);
  group.addViewport(viewportId, engineId);
  choose(chosen);
}

let chosen: ToolName | undefined = "window";

export function unequip(viewportId: string, engineId: string): void {
  ToolGroupManager.getToolGroup(GROUP)?.removeViewports(engineId, viewportId);
}

/** Without a tool the left button does nothing here: it measures. Right button zooms, middle button and Shift move, Control scrolls; two fingers zoom and move, three scroll. */
export function choose(tool: ToolName | undefined): void {
  chosen = tool;
  const group = ToolGroupManager.getToolGroup(GROUP);
  if (group === undefined) return;
  const primary = [{ mouseButton: MouseBindings.Primary }, { numTouchPoints: 1 }];
  const fixed: Readonly<Record<ToolName, Types.IToolBinding[]>> = {
    window: [],
    scroll: [{ mouseButton: MouseBindings.Primary, modifierKey: KeyboardBindings.Ctrl }, { numTouchPoints: 3 }],
    zoom: [{ mouseButton: MouseBindings.Secondary }, { numTouchPoints: 2 }],
    pan: [{ mouseButton: MouseBindings.Auxiliary }, { mouseButton: MouseBindings.Primary, modifierKey: KeyboardBindings.Shift }],
  };
  for (const name of TOOL_NAMES) group.setToolPassive(TOOLS[name], { removeAllBindings: true });
  for (const name of TOOL_NAMES) {
    const bindings = name === tool ? [...primary, ...fixed[name]] : fixed[name];
    if (bindings.length > 0) group.setToolActive(TOOLS[name], { bindings });
  }
}
