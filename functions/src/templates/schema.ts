/** `templates/{name}_{language}`: a message template as Meta knows it. Times are epoch ms. */
export interface Template {
  name: string;
  language: string;
  /** APPROVED, PENDING, REJECTED, PAUSED, DISABLED, … Only approved ones can be sent. */
  status: string;
  /** MARKETING, UTILITY or AUTHENTICATION. */
  category: string;
  /** TEXT, IMAGE, VIDEO, DOCUMENT, LOCATION; null without a header. */
  headerFormat: string | null;
  headerParams: string[];
  /** The names of the body's placeholders; `1`, `2`, … where they are numbered. */
  bodyParams: string[];
  /** The buttons in their order, with how many parameters each takes. */
  buttons: { type: string; params: number }[];
  reason: string | null;
  updatedAt: number;
}

/** A template's parameters as a send gives them. */
export interface TemplateContent {
  name: string;
  language: { code: string };
  components?: TemplateComponent[] | undefined;
}

export interface TemplateComponent {
  type: 'header' | 'body' | 'button';
  sub_type?: string | undefined;
  index?: string | number | undefined;
  parameters: { type: string; parameter_name?: string | undefined }[];
}
