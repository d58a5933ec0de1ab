import type { ComponentChildren } from "preact";

import type { Kind } from "../../core/measure.ts";
import type { MessageKey } from "../../core/messages.ts";
import { Icon, type MenuItem, openMenu } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";
import { LAYOUTS } from "../../core/layouts.ts";
import { ExportButton } from "./export/ExportButton.tsx";
import { Glyph, type ViewerIcon } from "./icons.tsx";
import { KIND_NAMES } from "./MeasurePanel.tsx";
import type { Pane } from "./pane.ts";
import { isKind, type Tool, type Viewer } from "./viewer.ts";
import { patientName, showWindow, windowName } from "./words.ts";

const TOOLS: readonly (readonly [Tool, ViewerIcon, MessageKey, string])[] = [
  ["window", "window", "viewport.tool.window", "W"],
  ["scroll", "scroll", "viewport.tool.scroll", "S"],
  ["zoom", "zoom", "viewport.tool.zoom", "Z"],
  ["pan", "pan", "viewport.tool.pan", "P"],
  ["magnify", "magnify", "viewport.tool.magnify", "G"],
];

const ACTS = [
  ["fit", "fit", "viewport.act.fit", "F"],
  ["actualSize", "actual", "viewport.act.actual", "A"],
  ["turn", "turn", "viewport.act.turn", "T"],
  ["flip", "flip", "viewport.act.flip", "M"],
  ["toggleInvert", "invert", "viewport.act.invert", "I"],
  ["reset", "reset", "viewport.act.reset", "R"],
] as const;

/** The slim row of tools and acts; every button says its key. Left and right walk it (WAI-ARIA toolbar). */
export function Toolbar({ viewer, onClose }: { readonly viewer: Viewer; readonly onClose: () => void }) {
  const pane = viewer.active.value;
  const drawn = pane.drawn.value >= 0;
  return (
    <header class="vp-bar">
      <button type="button" class="vp-back" aria-keyshortcuts="Escape" title={withKey(t("viewer.back"), "Esc")} onClick={onClose}>
        <Icon name="back" size={18} />
        <span>{t("viewer.back")}</span>
      </button>
      <Title viewer={viewer} />
      <div class="vp-tools" role="toolbar" aria-label={t("viewport.tools")} onKeyDown={walk}>
        {TOOLS.map(([tool, icon, label, key]) => (
          <ToolButton
            key={tool}
            icon={icon}
            label={t(label)}
            shortcut={key}
            pressed={viewer.tool.value === tool}
            onClick={() => {
              viewer.chooseTool(tool);
            }}
          />
        ))}
        <MeasureButton viewer={viewer} />
        <span class="vp-gap" />
        <WindowsButton pane={pane} disabled={!drawn} />
        {ACTS.map(([act, icon, label, key]) => (
          <ToolButton
            key={act}
            icon={icon}
            label={t(label)}
            shortcut={key}
            disabled={!drawn}
            pressed={act === "toggleInvert" ? (pane.facts.value?.inverted ?? false) : undefined}
            onClick={() => {
              viewer.act(act);
            }}
          />
        ))}
        <Cine pane={pane} />
        <span class="vp-gap" />
        <ExportButton exporting={viewer.exporting} disabled={!drawn} />
        <LayoutButton viewer={viewer} />
        {viewer.panes.value.length > 1 && (
          <ToolButton
            icon="link"
            label={t("viewport.act.link")}
            shortcut="K"
            pressed={viewer.linked.value}
            onClick={() => {
              viewer.toggleLinked();
            }}
          />
        )}
        <ToolButton
          icon="corners"
          label={t("viewport.act.corners")}
          shortcut="C"
          pressed={viewer.corners.value}
          onClick={() => {
            viewer.corners.value = !viewer.corners.value;
          }}
        />
        <ToolButton
          icon="keys"
          label={t("viewport.act.keys")}
          shortcut="?"
          onClick={() => {
            viewer.keysShown.value = true;
          }}
        />
      </div>
    </header>
  );
}

/** Whose study this is; also where there is no image to say it in its corner. */
function Title({ viewer }: { readonly viewer: Viewer }) {
  const series = viewer.active.value.series.value;
  if (series === undefined) return <span class="vp-title" />;
  const { study } = series;
  return (
    <h1 class="vp-title">
      <span>{patientName(study.patient, viewer.nameless.value)}</span>
      <span class="vp-title-study">{[fmt().date(study.date), study.description].filter((text) => text !== "").join(" · ")}</span>
    </h1>
  );
}

const withKey = (label: string, key: string): string => `${label} (${key})`;

/** Left and right go from button to button; Tab goes past them all. */
function walk(event: KeyboardEvent): void {
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (step === 0 || !(event.currentTarget instanceof HTMLElement)) return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>("button:not(:disabled)")];
  const at = buttons.findIndex((button) => button === document.activeElement);
  buttons[(at + step + buttons.length) % buttons.length]?.focus();
  event.preventDefault();
  event.stopPropagation();
}

interface ToolButtonProps {
  readonly icon: ViewerIcon;
  readonly label: string;
  readonly shortcut: string;
  readonly pressed?: boolean | undefined;
  readonly disabled?: boolean;
  readonly children?: ComponentChildren;
  readonly onClick: (event: MouseEvent) => void;
}

function ToolButton({ icon, label, shortcut, pressed, disabled = false, children, onClick }: ToolButtonProps) {
  return (
    <button
      type="button"
      class="vp-tool"
      title={withKey(label, shortcut)}
      aria-label={label}
      aria-keyshortcuts={shortcut}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      <Glyph name={icon} />
      {children}
    </button>
  );
}

const MEASURES: readonly (readonly [Kind, string])[] = [
  ["length", "L"],
  ["angle", "V"],
  ["cobb", "B"],
  ["ellipse", "E"],
  ["rectangle", "Q"],
  ["freehand", "Y"],
  ["probe", "U"],
  ["arrow", "J"],
];

/** What can be measured, and what was. */
function MeasureButton({ viewer }: { readonly viewer: Viewer }) {
  const id = viewer.active.value.series.value?.id;
  const tool = viewer.tool.value;
  const items = (): MenuItem[] => [
    ...MEASURES.map(
      ([kind, key]): MenuItem => ({
        label: t(KIND_NAMES[kind]),
        hint: key,
        checked: tool === kind,
        run: () => {
          viewer.chooseTool(kind);
        },
      }),
    ),
    ...(viewer.measured.canUndo(id) ? [{ label: t("measure.undo"), hint: "Ctrl Z", run: () => { viewer.undo(); } }] : []),
    ...(viewer.measured.canRedo(id) ? [{ label: t("measure.redo"), hint: "Ctrl Y", run: () => { viewer.redo(); } }] : []),
    {
      label: t("measure.list"),
      hint: "8",
      run: () => {
        viewer.measured.listed.value = !viewer.measured.listed.value;
      },
    },
  ];
  return (
    <ToolButton
      icon="measure"
      label={t("measure.title")}
      shortcut="L"
      pressed={isKind(tool)}
      onClick={(event) => {
        openMenu(t("measure.title"), items(), event.currentTarget as HTMLElement);
      }}
    >
      <Icon name="down" size={10} />
    </ToolButton>
  );
}

function WindowsButton({ pane, disabled }: { readonly pane: Pane; readonly disabled: boolean }) {
  return (
    <ToolButton
      icon="windows"
      label={t("viewport.act.windows")}
      shortcut="0"
      disabled={disabled}
      onClick={(event) => {
        openMenu(t("viewport.act.windows"), windowItems(pane), event.currentTarget as HTMLElement);
      }}
    >
      <Icon name="down" size={10} />
    </ToolButton>
  );
}

/** The windows of the file, then the customary ones. */
function windowItems(pane: Pane): MenuItem[] {
  const own = pane.fileWindows();
  const file: MenuItem[] = (own.length > 1 ? own : [undefined]).map((window, number) => ({
    label: window === undefined ? t("viewport.act.fileWindow") : t("viewport.act.fileWindowNth", { number: number + 1 }),
    hint: window === undefined ? "0" : windowName(window),
    run: () => {
      pane.fileWindow(window === undefined ? undefined : number);
    },
  }));
  const presets = pane.presets().map(
    (preset): MenuItem => ({
      label: t(preset.label),
      hint: `${showWindow(preset.width, preset.center)} · ${preset.key}`,
      run: () => {
        pane.setWindow(preset);
      },
    }),
  );
  const fitted: MenuItem[] = [
    { label: t("viewport.act.autoWindow"), hint: "9", run: () => { pane.fitWindow(false); } },
    { label: t("viewport.act.wholeWindow"), run: () => { pane.fitWindow(true); } },
  ];
  return [...file, ...fitted, ...presets];
}

/** How the window is divided, and what may stand beside. */
function LayoutButton({ viewer }: { readonly viewer: Viewer }) {
  return (
    <ToolButton
      icon="layout"
      label={t("viewport.act.layout")}
      shortcut="D"
      onClick={(event) => {
        openMenu(t("viewport.act.layout"), layoutItems(viewer), event.currentTarget as HTMLElement);
      }}
    >
      <Icon name="down" size={10} />
    </ToolButton>
  );
}

export function layoutItems(viewer: Viewer): MenuItem[] {
  const layouts = LAYOUTS.map(
    ({ name, label }): MenuItem => ({
      label: t(label),
      checked: viewer.layout.value === name,
      run: () => {
        viewer.chooseLayout(name);
      },
    }),
  );
  const [prior] = viewer.priors();
  if (prior === undefined) return layouts;
  const compare: MenuItem = {
    label: t("viewport.act.compare"),
    hint: fmt().date(prior.study.date),
    run: () => {
      viewer.compare();
    },
  };
  return [...layouts, compare];
}

function Cine({ pane }: { readonly pane: Pane }) {
  const { player } = pane;
  if (pane.frames.value.length < 2) return null;
  const playing = player.playing.value;
  const rate = t("viewport.rate", { rate: fmt().number(player.rate.value, 1) });
  return (
    <>
      <span class="vp-gap" />
      <ToolButton
        icon={playing ? "pause" : "play"}
        label={t(playing ? "viewport.act.pause" : "viewport.act.play")}
        shortcut={t("viewport.keys.space")}
        onClick={() => {
          player.toggle();
        }}
      />
      {playing && (
        <>
          <ToolButton
            icon="slower"
            label={t("viewport.act.slower")}
            shortcut="["
            onClick={() => {
              player.slower();
            }}
          />
          <span class="vp-rate" title={rate} aria-label={rate}>
            {fmt().number(player.rate.value, 1)}
          </span>
          <ToolButton
            icon="faster"
            label={t("viewport.act.faster")}
            shortcut="]"
            onClick={() => {
              player.faster();
            }}
          />
        </>
      )}
    </>
  );
}
