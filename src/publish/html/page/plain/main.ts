// Entry of plain documents (the history, the review): all they say is in their markup. Sets the colours, and adds the button that switches them.
import { createElement, render } from 'preact';
import { ThemeButton } from '../theme-button.tsx';

const place = document.getElementById('theme');
if (place !== null) render(createElement(ThemeButton, {}), place);
