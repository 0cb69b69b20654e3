/** Words for a column of phone numbers, as `plain` gives them. */
const PHONE_WORDS = new Set([
  ...['phone', 'telephone', 'tel', 'mobile', 'cell', 'whatsapp', 'msisdn'],
  ...['cellphone', 'mobilephone', 'phonenumber', 'mobilenumber', 'whatsappnumber', 'waid'],
  ...['telefono', 'movil', 'celular', 'cel', 'telefonomovil', 'numerodetelefono'],
  ...['telefone', 'telemovel', 'fone', 'telefon', 'handy', 'portable', 'telefonnummer'],
]);
/** Words that say it only where nothing says it better. */
const NUMBER_WORDS = new Set(['number', 'numero', 'nummer', 'num']);

/** Lower case, without accents, as words. */
const plainWords = (name: string): string[] =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
const plain = (name: string): string => plainWords(name).join('');

/** Where a column called like this is, whatever its case and accents; -1: nowhere. */
export function columnNamed(header: string[], name: string): number {
  const exact = header.indexOf(name.trim());
  return exact >= 0 ? exact : header.findIndex((column) => plain(column) === plain(name));
}

/** Where the column of phone numbers is, by its name; -1: no name says so. */
export function phoneColumnOf(header: string[]): number {
  const ways: ((name: string) => boolean)[] = [
    (name) => PHONE_WORDS.has(plain(name)),
    (name) => plainWords(name).some((word) => PHONE_WORDS.has(word)),
    (name) => NUMBER_WORDS.has(plain(name)),
  ];
  return ways.map((says) => header.findIndex(says)).find((index) => index >= 0) ?? -1;
}
