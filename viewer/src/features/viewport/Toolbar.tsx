import type { ComponentChildren } from "preact";

import type { MessageKey } from "../../core/messages.ts";
import { Icon, type MenuItem, openMenu } from "../kit/index.ts";
import { fmt, t } from "../prefs/index.ts";
import type { ToolName } from "./engine/index.ts";
import { Glyph, type ViewerIcon } from "./icons.tsx";
import type { Viewer } from "./viewer.ts";
import { patientName, showWindow } from "./words.ts";

const TOOLS: readonly (readonly [ToolName, ViewerIcon, MessageKey, string])[] = [
  ["window", "window", "viewport.tool.window", "W"],
  ["scroll", "scroll", "viewport.tool.scroll", "S"],
  ["zoom", "zoom", "viewport.tool.zoom", "Z"],
  ["pan", "pan", "viewport.tool.pan", "P"],
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
  const drawn = viewer.drawn.value >= 0;
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
        <span class="vp-gap" />
        <WindowsButton viewer={viewer} disabled={!drawn} />
        {ACTS.map(([act, icon, label, key]) => (
          <ToolButton
            key={act}
            icon={icon}
            label={t(label)}
            shortcut={key}
            disabled={!drawn}
            pressed={act === "toggleInvert" ? (viewer.facts.value?.inverted ?? false) : undefined}
            onClick={() => {
              viewer.act(act);
            }}
          />
        ))}
        <Cine viewer={viewer} />
        <span class="vp-gap" />
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
  const phase = viewer.phase.value;
  if (phase.kind !== "open" && phase.kind !== "noPixels") return <span class="vp-title" />;
  const { study } = phase.series;
  return (
    <h1 class="vp-title">
      <span>{patientName(study.patient)}</span>
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

function WindowsButton({ viewer, disabled }: { readonly viewer: Viewer; readonly disabled: boolean }) {
  return (
    <ToolButton
      icon="windows"
      label={t("viewport.act.windows")}
      shortcut="0"
      disabled={disabled}
      onClick={(event) => {
        openMenu(t("viewport.act.windows"), windowItems(viewer), event.currentTarget as HTMLElement);
      }}
    >
      <Icon name="down" size={10} />
    </ToolButton>
  );
}

/** The windows of the file, then the customary ones. */
function windowItems(viewer: Viewer): MenuItem[] {
  const own = viewer.fileWindows();
  const file: MenuItem[] = (own.length > 1 ? own : [undefined]).map((window, number) => ({
    label: window === undefined ? t("viewport.act.fileWindow") : t("viewport.act.fileWindowNth", { number: number + 1 }),
    hint: window === undefined ? "0" : showWindow(window.width, window.center),
    run: () => {
      viewer.fileWindow(window === undefined ? undefined : number);
    },
  }));
  const presets = viewer.presets().map(
    (preset): MenuItem => ({
      label: t(preset.label),
      hint: `${showWindow(preset.width, preset.center)} · ${preset.key}`,
      run: () => {
        viewer.setWindow(preset);
      },
    }),
  );
  return [...file, ...presets];
}

function Cine({ viewer }: { readonly viewer: Viewer }) {
  const { player } = viewer;
  if (viewer.frames.value.length < 2) return null;
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
