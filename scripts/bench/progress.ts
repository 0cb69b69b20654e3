/** Shows how far something is: in place on a terminal, as lines of a log elsewhere. */
export function createProgress(): {
  show: (text: string) => void;
  clear: () => void;
} {
  const { stderr } = process;
  const erase = '\r\x1b[K';
  return {
    show: (text) => void stderr.write(stderr.isTTY ? `${erase}${text}` : `  ${text}\n`),
    clear: () => {
      if (stderr.isTTY) stderr.write(erase);
    },
  };
}
