/** The names under which WhatsApp knows a person. At least one of phone and bsuid is there. */
export interface Identity {
  /** E.164. Hidden by people who chose a username. */
  phone?: string;
  /** Business-scoped user id (`US.…`). Changes with the phone number. */
  bsuid?: string;
  username?: string;
  /** The profile's name, chosen by its owner. */
  name?: string;
}

/** When, from where and with which words a person asked for no more offers. */
export interface OptOut {
  at: number;
  /** When it was stored; a wish that came late has an earlier `at`. */
  recordedAt: number;
  source: 'message' | 'preference' | 'delivery';
}

/** `contacts/{id}`. All times are epoch milliseconds. */
export interface Contact {
  name: string | null;
  phone: string | null;
  bsuid: string | null;
  username: string | null;
  tags: string[];
  attributes: Record<string, string | number | boolean>;
  optOut: OptOut | null;
  /** The owner in the team. */
  userId: string | null;
  isActive: boolean;
  createdAt: number;
  updatedAt: number;
}

/** `identities/{alias}`: to which contact an alias leads. */
export interface Alias {
  contactId: string;
  createdAt: number;
}
