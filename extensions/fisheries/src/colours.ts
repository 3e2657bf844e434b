/**
 * Of the four states of a stock, in the order of the answer: healthy, fished down but sustainably,
 * overfished, fished too hard. Okabe and Ito's, told apart by the colour-blind, too; the words say
 * the same.
 */
export const STATE_COLOURS = ['#009e73', '#f0e442', '#d55e00', '#e69f00'] as const;
