/** The course's panel: a sidebar that says where the learner stands and what comes next. */

import { ILabShell, ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';

import { CoursePanel } from './panel';
import { PanelModel } from './model';
import { CourseServer } from './server';

const SHOW = 'curso:mostrar-painel';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'curso-painel:painel',
  description: 'O painel do curso: checklist, próximo passo, verificação, dicas e serviços.',
  autoStart: true,
  requires: [IDocumentManager],
  optional: [ILabShell, ILayoutRestorer, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    documents: IDocumentManager,
    shell: ILabShell | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null
  ): void => {
    const model = new PanelModel(new CourseServer(app.serviceManager.serverSettings), {
      open: async path => {
        await app.commands.execute('docmanager:open', { path });
      },
      save: async folder => {
        const open = [...app.shell.widgets('main')].map(widget => documents.contextForWidget(widget));
        const changed = new Set(open.filter(context => context?.model.dirty && context.path.startsWith(folder)));
        await Promise.all([...changed].map(context => context?.save()));
      }
    });
    const panel = new CoursePanel(model);
    app.shell.add(panel, 'left', { rank: 50 });
    restorer?.add(panel, panel.id);
    void shell?.restored.then(async layout => {
      await app.restored; // in a new session the file browser shows itself first
      if (layout.fresh) {
        app.shell.activateById(panel.id); // whoever has arranged Lab before finds it as it was left
      }
    });

    app.commands.addCommand(SHOW, {
      label: 'Mostrar o painel do curso',
      execute: () => app.shell.activateById(panel.id)
    });
    app.commands.addKeyBinding({ command: SHOW, keys: ['Accel Shift Y'], selector: 'body' });
    palette?.addItem({ command: SHOW, category: 'Curso' });
  }
};

export default plugin;
