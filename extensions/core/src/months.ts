/** The months' names in the person's language, January first. */
export function monthNames(style: 'long' | 'narrow' | 'short'): readonly string[] {
  const format = new Intl.DateTimeFormat(document.documentElement.lang || 'en', {
    month: style,
    timeZone: 'UTC'
  });
  return Array.from({ length: 12 }, (_, month) => format.format(Date.UTC(2021, month, 15)));
}
