/** Small pieces that every section uses. */

import React from 'react';

interface ISectionProps {
  id: string;
  title: string;
  children: React.ReactNode;
}

export function Section({ id, title, children }: ISectionProps): React.ReactElement {
  return (
    <section className="curso-Section" aria-labelledby={`curso-${id}`}>
      <h2 id={`curso-${id}`}>{title}</h2>
      {children}
    </section>
  );
}

/** What only a screen reader says, such as what a short button is about. */
export function Unseen({ text }: { text: string }): React.ReactElement {
  return <span className="curso-Unseen"> {text}</span>;
}

interface IBarProps {
  value: number;
  max: number;
  label: string;
}

/** A bar with its numbers in words for who doesn't see it. */
export function Bar({ value, max, label }: IBarProps): React.ReactElement {
  return <progress className="curso-Bar" value={value} max={Math.max(max, 1)} aria-label={label} />;
}

interface IDisclosureProps {
  id: string;
  head: React.ReactNode;
  /** What is seen below the button, open or closed. */
  below?: React.ReactNode;
  startsOpen?: boolean;
  onOpen?: () => void;
  children: React.ReactNode;
}

/** Something to open and close with one button; what is inside is drawn only while it is open. */
export function Disclosure(props: IDisclosureProps): React.ReactElement {
  const { id, head, below, startsOpen, onOpen, children } = props;
  const [open, setOpen] = React.useState(startsOpen ?? false);
  const toggle = () => {
    if (!open) {
      onOpen?.();
    }
    setOpen(!open);
  };
  return (
    <>
      <button className="curso-Disclosure" aria-expanded={open} aria-controls={`curso-${id}`} onClick={toggle}>
        <span className="curso-Arrow" aria-hidden="true" />
        {head}
      </button>
      {below}
      <div id={`curso-${id}`} hidden={!open}>
        {open && children}
      </div>
    </>
  );
}

/** A text of the course's, where code stands between backticks. */
export function Prose({ text }: { text: string }): React.ReactElement {
  const parts = text.split(/`([^`\n]+)`/);
  return <>{parts.map((part, index) => (index % 2 ? <code key={index}>{part}</code> : part))}</>;
}
