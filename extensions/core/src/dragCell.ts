import { MimeData } from '@lumino/coreutils';
import { Drag } from '@lumino/dragdrop';

/** What JupyterLab's notebooks take cells as. */
const CELLS = 'application/vnd.jupyter.cells';
/** So far the pointer goes before a press is a drag and no click, in pixels. */
const FAR_PX = 5;

/**
 * Begin to drag a cell of code if the pointer goes far enough before it is let go.
 *
 * A notebook that it is dropped on takes it as one that was cut from another.
 */
export function dragCell(press: MouseEvent, title: string, code: string): void {
  const end = (): void => {
    document.removeEventListener('mousemove', move, true);
    document.removeEventListener('mouseup', end, true);
  };
  const move = (event: MouseEvent): void => {
    if (Math.hypot(event.clientX - press.clientX, event.clientY - press.clientY) < FAR_PX) {
      return;
    }
    end();
    const mimeData = new MimeData();
    mimeData.setData(CELLS, [
      { cell_type: 'code', source: code.trimEnd(), metadata: {}, outputs: [], execution_count: null }
    ]);
    mimeData.setData('text/plain', code);
    const dragImage = document.createElement('div');
    dragImage.className = 'bc-DragImage';
    dragImage.textContent = title;
    const drag = new Drag({
      mimeData,
      dragImage,
      supportedActions: 'copy-move',
      proposedAction: 'copy',
      source: null
    });
    void drag.start(event.clientX, event.clientY).finally(() => drag.dispose());
  };
  document.addEventListener('mousemove', move, true);
  document.addEventListener('mouseup', end, true);
}
