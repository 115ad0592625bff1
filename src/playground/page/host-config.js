/** How Teams draws cards, as a host config. Colors are variables of the page, so a theme change needs no redraw. */

const color = (name) => ({
  default: `var(--${name})`,
  subtle: `var(--${name === 'text' ? 'text-subtle' : name})`,
  highlightColors: { default: 'var(--highlight)', subtle: 'var(--highlight)' },
});

const foregroundColors = {
  default: color('text'),
  dark: color('text'),
  light: color('text-subtle'),
  accent: color('card-accent'),
  good: color('card-good'),
  warning: color('card-warning'),
  attention: color('card-attention'),
};

const tint = (name) => ({ backgroundColor: `var(--tint-${name})`, foregroundColors });
const font = (fontFamily) => ({
  fontFamily,
  fontSizes: { small: 12, default: 14, medium: 14, large: 18, extraLarge: 24 },
  fontWeights: { lighter: 400, default: 400, bolder: 600 },
});

export const hostConfig = {
  supportsInteractivity: true,
  fontTypes: { default: font('var(--font)'), monospace: font('var(--font-mono)') },
  lineHeights: { small: 16, default: 20, medium: 20, large: 24, extraLarge: 32 },
  spacing: { small: 8, default: 12, medium: 16, large: 20, extraLarge: 24, padding: 16 },
  separator: { lineThickness: 1, lineColor: 'var(--line)' },
  imageSizes: { small: 32, medium: 52, large: 100 },
  imageSet: { imageSize: 'medium', maxImageHeight: 100 },
  containerStyles: {
    default: { backgroundColor: 'transparent', foregroundColors },
    emphasis: tint('emphasis'),
    accent: tint('accent'),
    good: tint('good'),
    warning: tint('warning'),
    attention: tint('attention'),
  },
  actions: {
    maxActions: 6,
    spacing: 'default',
    buttonSpacing: 8,
    showCard: { actionMode: 'inline', inlineTopMargin: 12, style: 'emphasis' },
    actionsOrientation: 'horizontal',
    actionAlignment: 'left',
    iconPlacement: 'leftOfTitle',
    iconSize: 16,
  },
  adaptiveCard: { allowCustomStyle: true },
  factSet: {
    title: { weight: 'bolder', size: 'default', wrap: true, maxWidth: 120 },
    value: { weight: 'default', size: 'default', wrap: true },
    spacing: 12,
  },
  inputs: {
    label: {
      inputSpacing: 'none',
      requiredInputs: { weight: 'default', size: 'default', suffix: '\u00A0*', suffixColor: 'attention' },
      optionalInputs: { weight: 'default', size: 'default' },
    },
    errorMessage: { weight: 'default', size: 'small', color: 'attention', spacing: 'none' },
  },
  textBlock: { headingLevel: 3 },
  textStyles: { heading: { size: 'large', weight: 'bolder' }, columnHeader: { weight: 'bolder' } },
  table: { cellSpacing: 8 },
};
