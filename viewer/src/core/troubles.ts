/** What is the matter with another node, as the server says it (`model/peers.py`); the words stand in `messages/pacs.ts`. */
export const PEER_TROUBLES = [
  "no_answer",
  "broke_off",
  "silent",
  "not_dicom",
  "insecure",
  "refused",
  "calling_unknown",
  "called_unknown",
  "too_busy",
  "no_find",
  "no_retrieve",
  "no_service",
  "says_no",
  "no_resources",
  "sent_none",
  "unknown_to_it",
  "not_allowed",
  "cannot_reach_us",
  "nothing_there",
  "bad_name",
  "bad_proof",
  "bad_title",
  "bad_address",
  "bad_url",
] as const;
export type PeerTrouble = (typeof PEER_TROUBLES)[number];

export const troubleOf = (code: string): PeerTrouble | undefined => PEER_TROUBLES.find((one) => one === code);
