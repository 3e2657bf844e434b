import { TextDecoder, TextEncoder } from 'node:util';

/** Observes nothing: jsdom lays nothing out that could be observed. */
class NoObserver {
  observe = (): void => undefined;
  unobserve = (): void => undefined;
  disconnect = (): void => undefined;
}

// What is taken for granted in a browser and jsdom does not have.
Object.assign(Element.prototype, { scrollIntoView: () => Promise.resolve() }); // as newer ones do
Object.assign(globalThis, {
  TextDecoder,
  TextEncoder,
  DragEvent: class extends MouseEvent {},
  IntersectionObserver: NoObserver,
  ResizeObserver: NoObserver,
  matchMedia: (media: string) =>
    Object.assign(new EventTarget(), { media, matches: false, addListener: () => undefined })
});
