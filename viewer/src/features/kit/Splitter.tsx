import type { TargetedPointerEvent } from "preact";

interface SplitterProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly onChange: (value: number) => void;
}

/** The line between two panes: drag it, or focus it and use the arrows. Values are per cent of the parent's width. */
export function Splitter({ label, value, min, max, onChange }: SplitterProps) {
  const set = (to: number): void => {
    onChange(Math.min(max, Math.max(min, to)));
  };
  const onPointerMove = (event: TargetedPointerEvent<HTMLDivElement>): void => {
    const parent = event.currentTarget.parentElement?.getBoundingClientRect();
    if (!event.currentTarget.hasPointerCapture(event.pointerId) || parent === undefined) return;
    set(((event.clientX - parent.left) / parent.width) * 100);
  };
  return (
    <div
      class="splitter"
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={Math.round(value)}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        event.preventDefault();
      }}
      onPointerMove={onPointerMove}
      onKeyDown={(event) => {
        const step = { ArrowLeft: -2, ArrowRight: 2 }[event.key];
        if (step !== undefined) set(value + step);
      }}
    />
  );
}
