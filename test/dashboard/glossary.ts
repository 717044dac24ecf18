/** A thing of Sluice, the one word that a language has for it, and words that are not used for it. */
export interface Term {
  readonly term: string
  readonly word: string
  readonly not?: RegExp
}

/** For whoever translates a text. The test of the words looks for those that aren't used. */
export const GLOSSARY: Readonly<Record<"de" | "fr" | "es" | "ar", readonly Term[]>> = {
  de: [
    { term: "job", word: "Job", not: /\bAufgaben?\b/i },
    { term: "queue", word: "Queue", not: /\bWarteschlangen?\b/i },
    { term: "drainer", word: "Drainer", not: /\bAbarbeiter\b/i },
    { term: "enqueue", word: "einreihen", not: /\benqueuen\b/i },
    { term: "claim", word: "übernehmen", not: /\bclaimen\b/i },
    { term: "retry", word: "wiederholen" },
    { term: "batch", word: "Batch", not: /\bStapel\b/i },
    { term: "workflow", word: "Workflow", not: /\bArbeitsabl/i },
    { term: "wait", word: "Warten" },
    { term: "schedule", word: "Zeitplan" },
    { term: "tick", word: "Termin" },
    { term: "limit", word: "Limit, Grenze" },
    { term: "concurrency key", word: "Nebenläufigkeitsschlüssel", not: /Gleichzeitigkeit/i },
    { term: "history", word: "Verlauf", not: /\bHistorie|Geschichte\b/i },
    { term: "erase", word: "restlos löschen", not: /\b(?:ge)?tilg(?:en|t)\b/i },
    { term: "command line", word: "Befehlszeile", not: /\bKommandozeile\b/i },
  ],
  fr: [
    { term: "job", word: "job", not: /\btâches?\b/i },
    { term: "queue", word: "file", not: /(?<!")\bqueues?\b/ },
    { term: "drainer", word: "drainer", not: /\bdraineurs?\b/i },
    { term: "enqueue", word: "ajouter, mettre en file" },
    { term: "claim", word: "prendre" },
    { term: "retry", word: "relancer", not: /\bréessayer\b/i },
    { term: "batch", word: "lot", not: /\bbatchs?\b/i },
    { term: "workflow", word: "workflow", not: /flux de travail/i },
    { term: "wait", word: "attente" },
    { term: "schedule", word: "planification", not: /\bl’horaire\b|\bhoraires\b/i },
    { term: "tick", word: "échéance" },
    { term: "limit", word: "limite" },
  ],
  es: [
    { term: "job", word: "trabajo", not: /\btareas?\b/i },
    { term: "queue", word: "cola" },
    { term: "drainer", word: "drainer", not: /\bdrenador(?:es)?\b/i },
    { term: "enqueue", word: "encolar" },
    { term: "claim", word: "tomar" },
    { term: "retry", word: "reintentar" },
    { term: "batch", word: "lote" },
    { term: "workflow", word: "flujo" },
    { term: "wait", word: "espera" },
    { term: "schedule", word: "programación", not: /(?<!zona )\bhorarios?\b/i },
    { term: "limit", word: "límite" },
  ],
  ar: [
    { term: "job", word: "مهمة" },
    { term: "queue", word: "طابور", not: /قائمة الانتظار/ },
    { term: "drainer", word: "مُصرِّف" },
    { term: "retry", word: "إعادة" },
    { term: "batch", word: "دفعة" },
    { term: "workflow", word: "سير العمل" },
    { term: "wait", word: "انتظار" },
    { term: "schedule", word: "جدول" },
    { term: "limit", word: "حد" },
  ],
}
