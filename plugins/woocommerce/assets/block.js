/* The block in the editor: a box that says what will stand there, and a choice of the placement. No build step: wp.* as WordPress has it.
 * Texts come from PHP (window.vitrineBlock), where they are translated with all others. */
( function ( wp, said ) {
	'use strict';

	var el = wp.element.createElement;

	function choices() {
		return said.placements.map( function ( p ) {
			return { value: p.name, label: p.label };
		} );
	}

	function edit( props ) {
		var chosen = props.attributes.placement;
		var select = el( wp.components.SelectControl, {
			label: said.choose,
			help: said.help,
			value: chosen,
			options: choices(),
			__nextHasNoMarginBottom: true,
			onChange: function ( value ) {
				props.setAttributes( { placement: value } );
			},
		} );
		return el(
			'div',
			wp.blockEditor.useBlockProps(),
			el( wp.components.Placeholder, { icon: 'grid-view', label: said.title, instructions: said.instructions }, select )
		);
	}

	wp.blocks.registerBlockType( 'vitrine/placement', { edit: edit, save: function () { return null; } } );
} )( window.wp, window.vitrineBlock );
