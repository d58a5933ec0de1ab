import { useEffect, useRef } from "preact/hooks";

import type { Verdict } from "../../core/model.ts";
import * as api from "../../io/api.ts";
import { ApiError } from "../../io/http.ts";
import { Icon, Problem, toast } from "../kit/index.ts";
import { t } from "../prefs/index.ts";
import { MatchCard } from "./MatchCard.tsx";
import { MatchStore } from "./matchStore.ts";
import { Rules } from "./Rules.tsx";

export interface MatchesPageProps {
  /** What is shown of the archive is another now. */
  readonly onChanged: () => void;
}

/** Who might be one person, and what was said of others before. */
export function MatchesPage({ onChanged }: MatchesPageProps) {
  const held = useRef<MatchStore | null>(null);
  held.current ??= new MatchStore(api, onChanged);
  const store = held.current;
  useEffect(() => void store.load(), [store]);
  const matches = store.matches.value;
  const problem = store.problem.value;
  return (
    <main class="page matches-page">
      <header class="page-head">
        <h1>{t("match.title")}</h1>
        <p class="quiet">{t("match.intro")}</p>
      </header>
      {problem === undefined ? null : <Problem problem={problem} onRetry={() => void store.load()} />}
      {matches?.length === 0 ? <NoMatches /> : null}
      {matches?.map((match) => (
        <MatchCard
          key={match.patients.map((one) => one.id).join(" ")}
          match={match}
          onDecide={(verdict, ids) => void decide(store, verdict, ids)}
        />
      ))}
      {store.rules.value.length === 0 ? null : (
        <Rules
          rules={store.rules.value}
          onTakeBack={(rule) => {
            store.takeBack([rule]).then(() => {
              toast({ text: t("match.takenBack") });
            }, complain);
          }}
        />
      )}
    </main>
  );
}

const NoMatches = () => (
  <div class="no-matches">
    <Icon name="person" size={32} />
    <h2>{t("match.none")}</h2>
    <p>{t("match.noneHint")}</p>
  </div>
);

async function decide(store: MatchStore, verdict: Verdict, ids: readonly string[]): Promise<void> {
  try {
    const takeBack = await store.decide(verdict, ids);
    toast({
      text: t(verdict === "same" ? "match.saidSame" : "match.saidDifferent"),
      action: {
        label: t("action.undo"),
        run: () => {
          takeBack().catch(complain);
        },
      },
    });
  } catch (error) {
    complain(error);
  }
}

function complain(error: unknown): void {
  toast({ kind: "bad", text: t(error instanceof ApiError ? `error.${error.code}` : "error.internal") });
}
