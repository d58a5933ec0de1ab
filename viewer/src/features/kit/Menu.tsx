import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";

import { Icon, type IconName } from "./Icon.tsx";

export interface MenuItem {
  readonly label: string;
  readonly icon?: IconName | undefined;
  readonly hint?: string;
  readonly danger?: boolean;
  /** For a choice among several: whether this is the one. */
  readonly checked?: boolean;
  readonly run: () => void;
}

interface OpenMenu {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly x: number;
  readonly y: number;
}

const current = signal<OpenMenu | undefined>(undefined);

/** Open a menu under a button, or where a menu was asked for with the pointer. */
export function openMenu(label: string, items: readonly MenuItem[], from: MouseEvent | HTMLElement): void {
  const button = from instanceof HTMLElement ? from.getBoundingClientRect() : undefined;
  const point = from instanceof HTMLElement ? undefined : from;
  current.value = { label, items, x: button?.left ?? point?.clientX ?? 0, y: button === undefined ? (point?.clientY ?? 0) : button.bottom + 4 };
}

const close = (): void => {
  current.value = undefined;
};

/** Where menus appear; the shell has one. Manual, since an automatic popover is closed by the very click that asked for it. */
export function MenuHost() {
  const menu = current.value;
  return menu === undefined ? null : <MenuList key={`${menu.x},${menu.y}`} menu={menu} />;
}

function MenuList({ menu }: { readonly menu: OpenMenu }) {
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    const element = list.current;
    if (element === null) return undefined;
    element.showPopover();
    const { width, height } = element.getBoundingClientRect();
    element.style.left = `${Math.max(8, Math.min(menu.x, innerWidth - width - 8))}px`;
    element.style.top = `${Math.max(8, Math.min(menu.y, innerHeight - height - 8))}px`;
    element.querySelector<HTMLElement>("[aria-checked=true], button")?.focus();
    const away = (event: Event): void => {
      if (!(event.target instanceof Node) || !element.contains(event.target)) close();
    };
    addEventListener("pointerdown", away, true);
    addEventListener("blur", close);
    addEventListener("resize", close);
    return () => {
      removeEventListener("pointerdown", away, true);
      removeEventListener("blur", close);
      removeEventListener("resize", close);
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, [menu]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const buttons = [...(list.current?.querySelectorAll<HTMLButtonElement>("button") ?? [])];
    const at = buttons.findIndex((button) => button === document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + buttons.length, Home: 0, End: buttons.length - 1 }[event.key];
    if (event.key === "Tab" || event.key === "Escape") close();
    if (to === undefined) return;
    event.preventDefault();
    buttons[to % buttons.length]?.focus();
  };
  return (
    <div
      ref={list}
      class="menu"
      role="menu"
      popover="manual"
      aria-label={menu.label}
      onKeyDown={onKeyDown}
    >
      {menu.items.map((item) => (
        <MenuButton key={item.label} item={item} />
      ))}
    </div>
  );
}

function MenuButton({ item }: { readonly item: MenuItem }) {
  const choice = item.checked !== undefined;
  return (
    <button
      type="button"
      role={choice ? "menuitemradio" : "menuitem"}
      aria-checked={item.checked}
      class={item.danger === true ? "menu-item danger" : "menu-item"}
      tabIndex={-1}
      onClick={() => {
        close();
        item.run();
      }}
    >
      <span class="menu-icon">
        {item.icon === undefined ? null : <Icon name={item.icon} />}
        {item.checked === true ? <Icon name="check" /> : null}
      </span>
      <span>{item.label}</span>
      {item.hint === undefined ? null : <kbd>{item.hint}</kbd>}
    </button>
  );
}
