import { figureText } from '../bench/table.ts';

/** A figure for people: `812 messages/s`. */
export const figure = (value: number, unit: string): string => `${figureText(value)} ${unit}`;

export const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
