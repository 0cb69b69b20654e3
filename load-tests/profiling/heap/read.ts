import { Between, Numbers, Skipped, Strings, type Section } from './sections.ts';

/** How a snapshot names the numbers that it consists of, and how many there are. */
export interface Header {
  meta: {
    node_fields: string[];
    node_types: [string[], ...unknown[]];
    edge_fields: string[];
    edge_types: [string[], ...unknown[]];
  };
  node_count: number;
  edge_count: number;
}

/** What wants to see a snapshot, in the order of its file. */
export interface Visitor {
  header?(header: Header): void;
  /** An object: type and name by their numbers; its id is the same in each snapshot of a process. */
  node(type: number, name: number, id: number, selfSize: number, edges: number): void;
  /** A reference, in the order of the objects that have it; `to` counts objects. */
  edge?(type: number, name: number, to: number): void;
  /** Called behind all of them: the numbers of the strings that are wanted. */
  wanted(): ReadonlySet<number>;
}

/**
 * Reads a .heapsnapshot piece by piece, and gives the wanted strings by their numbers. Of a file of
 * hundreds of megabytes no more than that is kept. @throws Error where the file is not whole
 */
export async function readSnapshot(
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
  visitor: Visitor,
): Promise<ReadonlyMap<number, string>> {
  let header: Header | undefined;
  let section: Section = new Between();
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      at = section.read(piece, at);
      if (!section.isOver) continue;
      if (section instanceof Strings) return section.found;
      if (section instanceof Between) {
        if (!header) {
          header = headerOf(section.text);
          visitor.header?.(header);
        }
        section = listOf(section.name, header, visitor);
      } else {
        section = new Between();
      }
    }
  }
  throw new Error('the heap snapshot is not whole');
}

/** `{"snapshot":{…},\n"nodes":[` */
function headerOf(text: string): Header {
  const whole = `${text.slice(0, text.lastIndexOf(',\n'))}}`;
  return (JSON.parse(whole) as { snapshot: Header }).snapshot;
}

function listOf(name: string, { meta }: Header, visitor: Visitor): Section {
  if (name === 'strings') return new Strings(visitor.wanted());
  if (name === 'nodes') {
    const fields = meta.node_fields;
    const [type, label, id, size, edges] = [
      ...['type', 'name', 'id', 'self_size', 'edge_count'],
    ].map((field) => fields.indexOf(field)) as [number, number, number, number, number];
    return new Numbers(fields.length, (group) =>
      visitor.node(
        group[type] as number,
        group[label] as number,
        group[id] as number,
        group[size] as number,
        group[edges] as number,
      ),
    );
  }
  if (name === 'edges' && visitor.edge) {
    const fields = meta.edge_fields;
    const [type, label, to] = ['type', 'name_or_index', 'to_node'].map((field) =>
      fields.indexOf(field),
    ) as [number, number, number];
    return new Numbers(fields.length, (group) =>
      visitor.edge?.(
        group[type] as number,
        group[label] as number,
        // It is told as a place in the list of numbers.
        (group[to] as number) / meta.node_fields.length,
      ),
    );
  }
  return new Skipped();
}
