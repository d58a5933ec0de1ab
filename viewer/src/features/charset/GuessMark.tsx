import { t } from "../prefs/index.ts";

interface MarkProps {
  /** `charset_guessed` of an entry: nothing is marked where it is empty. */
  readonly charset: string;
  /** The text of the entry that is shown: ASCII is never guessed at. */
  readonly text: string;
  /** To where one says what it is. */
  readonly onClick?: () => void;
}

/** Says that a text was decoded by a guess. */
export function GuessMark({ charset, text, onClick }: MarkProps) {
  if (charset === "" || /^\p{ASCII}*$/u.test(text)) return null;
  const label = t("guess.hint", { charset });
  if (onClick === undefined) {
    return (
      <span class="guess" role="img" aria-label={label} title={label}>
        ~
      </span>
    );
  }
  return (
    <button type="button" class="guess" aria-label={label} title={label} onClick={onClick}>
      ~
    </button>
  );
}
