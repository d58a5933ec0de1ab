/** Words of the shell, and those that every page uses. */
export const common = {
  en: {
    "app.name": "fileroom",
    "action.close": "Close",
    "action.cancel": "Cancel",
    "action.retry": "Try again",
    "viewer.loading": "Loading the viewer…",
    "viewer.failed": "The viewer could not be loaded.",
    "viewer.back": "Back to the archive",
    "duration.seconds": "{seconds} s",
    "duration.minutes": "{minutes} min {seconds} s",
    "duration.hours": "{hours} h {minutes} min",
  },
  it: {
    "app.name": "fileroom",
    "action.close": "Chiudi",
    "action.cancel": "Annulla",
    "action.retry": "Riprova",
    "viewer.loading": "Caricamento del visualizzatore…",
    "viewer.failed": "Il visualizzatore non è stato caricato.",
    "viewer.back": "Torna all'archivio",
    "duration.seconds": "{seconds} s",
    "duration.minutes": "{minutes} min {seconds} s",
    "duration.hours": "{hours} h {minutes} min",
  },
} as const;
