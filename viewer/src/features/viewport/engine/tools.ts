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

/** The tools that the left button (or one finger) can have. */
const TOOLS = {
  window: WindowLevelTool.toolName as string,
  scroll: ScrollDragTool.toolName,
  zoom: ZoomTool.toolName as string,
  pan: PanTool.toolName as string,
};
export type ToolName = keyof typeof TOOLS;
export const TOOL_NAMES = Object.keys(TOOLS) as ToolName[];

export function addTools(): void {
  for (const tool of [WindowLevelTool, ScrollDragTool, ZoomTool, PanTool]) addTool(tool);
}

/** Give a viewport its tools. */
export function equip(viewportId: string, engineId: string): void {
  const group = ToolGroupManager.getToolGroup(GROUP) ?? ToolGroupManager.createToolGroup(GROUP);
  if (group === undefined) return;
  for (const name of Object.values(TOOLS)) if (!group.hasTool(name)) group.addTool(name);
  group.addViewport(viewportId, engineId);
}

export function unequip(): void {
  ToolGroupManager.destroyToolGroup(GROUP);
}

/** Right button zooms, middle button and Shift move, Control scrolls; two fingers zoom and move, three scroll. */
export function choose(tool: ToolName): void {
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
