/** Colours text as Dagger's CLI does, unless NO_COLOR is set: https://no-color.org */
export interface Style {
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  blue(text: string): string;
  faint(text: string): string;
  bold(text: string): string;
}

export function style(isColoured: boolean): Style {
  const with_ = (on: number, off: number) => (text: string) => (isColoured ? `\x1b[${on}m${text}\x1b[${off}m` : text);
  return {
    red: with_(31, 39),
    green: with_(32, 39),
    yellow: with_(33, 39),
    blue: with_(34, 39),
    faint: with_(2, 22),
    bold: with_(1, 22),
  };
}
