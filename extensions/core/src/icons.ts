import { LabIcon } from '@jupyterlab/ui-components';

/** Three waves: the laboratory. */
export const laboratoryIcon = new LabIcon({
  name: 'bluecloud:laboratory',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 24 24">
  <g class="jp-icon3 jp-icon-selectable" fill="#616161">
    <path d="M2 8q2.500-4 5-4t5 3 5 1.500T22 5v2.600q-2.500 3.800-5 3.800t-5-3-5-1.500-5 3.700z"/>
    <path d="M2 14q2.500-4 5-4t5 3 5 1.500 5-3.500v2.600q-2.500 3.800-5 3.800t-5-3-5-1.500-5 3.700z"/>
    <path d="M2 20q2.500-4 5-4t5 3 5 1.500 5-3.500v2.600q-2.500 3.800-5 3.800t-5-3-5-1.500-5 3.700z"/>
  </g>
</svg>`
});
