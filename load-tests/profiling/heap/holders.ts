import { readSnapshot, type Header } from './read.ts';
import { isInRange, kindOf, type Range } from './tally.ts';

/** An object and the reference by which it was reached first. */
interface Step {
  node: number;
  edge: number;
}

/** Ways are shown from here on, counted from their end. */
const LONGEST = 10;

/**
 * Tells for each constructor what holds one of its objects with an id of the range: the shortest way
 * of strong references from the roots. Keeps the snapshot's graph as numbers, some 25 bytes an object
 * and 9 a reference.
 */
export async function holdersOf(
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
  constructors: readonly string[],
  range: Range,
): Promise<Map<string, string>> {
  const graph = new Graph(range);
  const strings = await readSnapshot(pieces, graph);
  const ways = new Map<string, string>();
  for (const node of graph.samples.values()) {
    const name = graph.nameOf(node, strings);
    if (constructors.includes(name) && !ways.has(name)) ways.set(name, graph.tell(node, strings));
  }
  return ways;
}

/** The objects of a snapshot and their strong references. */
class Graph {
  /** By type and name, one object with an id of the range. */
  readonly samples = new Map<string, number>();
  private types = new Uint8Array();
  private names = new Uint32Array();
  private inRange = new Uint8Array();
  /** Where the references of an object begin; one more for the end. */
  private begins = new Uint32Array();
  private edgeTypes = new Uint8Array();
  private edgeNames = new Uint32Array();
  private targets = new Uint32Array();
  /** The object that an object was reached from, and by which reference; from 1 on, 0 is none. */
  private parents = new Uint32Array();
  private parentEdges = new Uint32Array();
  private nodes = 0;
  private edges = 0;
  private nodeTypeNames: string[] = [];
  private edgeTypeNames: string[] = [];
  private readonly range: Range;

  constructor(range: Range) {
    this.range = range;
  }

  header({ meta, node_count: nodes, edge_count: edges }: Header): void {
    this.nodeTypeNames = meta.node_types[0];
    this.edgeTypeNames = meta.edge_types[0];
    this.types = new Uint8Array(nodes);
    this.names = new Uint32Array(nodes);
    this.inRange = new Uint8Array(nodes);
    this.begins = new Uint32Array(nodes + 1);
    this.parents = new Uint32Array(nodes);
    this.parentEdges = new Uint32Array(nodes);
    this.edgeTypes = new Uint8Array(edges);
    this.edgeNames = new Uint32Array(edges);
    this.targets = new Uint32Array(edges);
  }

  node(type: number, name: number, id: number, _size: number, edges: number): void {
    const node = this.nodes++;
    this.types[node] = type;
    this.names[node] = name;
    this.inRange[node] = Number(isInRange(id, this.range));
    this.begins[node + 1] = at(this.begins, node) + edges;
  }

  edge(type: number, name: number, to: number): void {
    const edge = this.edges++;
    this.edgeTypes[edge] = type;
    this.edgeNames[edge] = name;
    this.targets[edge] = to;
  }

  /** Looks for the ways, and asks for the names on them. */
  wanted(): ReadonlySet<number> {
    this.search();
    const wanted = new Set<number>();
    for (const sample of this.samples.values()) {
      for (const { node, edge } of this.wayTo(sample)) {
        wanted.add(at(this.names, node)).add(at(this.edgeNames, edge));
      }
    }
    return wanted;
  }

  /** Breadth first, so that the first way to an object is a shortest one. */
  private search(): void {
    const queue = new Uint32Array(this.nodes);
    let end = 1;
    for (let next = 0; next < end; next++) {
      const node = at(queue, next);
      if (this.inRange[node]) this.sample(node);
      for (let edge = at(this.begins, node); edge < at(this.begins, node + 1); edge++) {
        const to = at(this.targets, edge);
        if (to === 0 || this.parents[to] || this.kind(edge) === 'weak') continue;
        this.parents[to] = node + 1;
        this.parentEdges[to] = edge;
        queue[end++] = to;
      }
    }
  }

  private sample(node: number): void {
    const key = `${at(this.types, node)} ${at(this.names, node)}`;
    if (!this.samples.has(key)) this.samples.set(key, node);
  }

  private kind(edge: number): string {
    return this.edgeTypeNames[at(this.edgeTypes, edge)] ?? '';
  }

  private wayTo(node: number): Step[] {
    const way: Step[] = [];
    for (let next = node; this.parents[next]; next = at(this.parents, next) - 1) {
      way.unshift({ node: next, edge: at(this.parentEdges, next) });
    }
    return way;
  }

  /** The constructor of an object, or its kind in parentheses. */
  nameOf(node: number, strings: ReadonlyMap<number, string>): string {
    const type = this.nodeTypeNames[at(this.types, node)] ?? '';
    const isNamed = type === 'object' || type === 'native' || type === 'synthetic';
    return isNamed ? (strings.get(at(this.names, node)) ?? '') : kindOf(type);
  }

  tell(node: number, strings: ReadonlyMap<number, string>): string {
    const steps = this.wayTo(node).map(
      ({ node: to, edge }) => `${this.access(edge, strings)} → ${this.nameOf(to, strings)}`,
    );
    const [first = '', ...rest] = steps.slice(-LONGEST);
    return `${steps.length > LONGEST ? '… ' : ''}${[first.replace(/^.*?→ /, ''), ...rest].join('')}`;
  }

  /** How the holder names what it holds. */
  private access(edge: number, strings: ReadonlyMap<number, string>): string {
    const name = at(this.edgeNames, edge);
    switch (this.kind(edge)) {
      case 'property':
        return `.${strings.get(name)}`;
      case 'context':
        return ` variable ${strings.get(name)}`;
      case 'element':
        return `[${name}]`;
      case 'internal':
        return ` (${strings.get(name)})`;
      default:
        return '';
    }
  }
}

const at = (numbers: Uint8Array | Uint32Array, index: number): number => numbers[index] as number;
