<?php
/**
 * The block `vitrine/placement`.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * The same as the shortcode, for the block and site editors. Drawn by PHP: what is saved in a post is the name of the placement alone.
 */
final class Vitrine_Block {

	const NAME = 'vitrine/placement';

	/**
	 * Registers it, connected or not: a page that has it keeps it. What it is called is for editors.
	 */
	public static function register() {
		$type = array(
			'api_version'     => 2,
			'attributes'      => array(
				'placement' => array(
					'type'    => 'string',
					'default' => 'for_you',
				),
			),
			'supports'        => array(
				'html'  => false,
				'align' => array( 'wide', 'full' ),
			),
			'render_callback' => array( __CLASS__, 'draw' ),
		);
		register_block_type( self::NAME, is_admin() ? $type + self::described() : $type );
	}

	/**
	 * How editors list it.
	 *
	 * @return array
	 */
	private static function described() {
		return array(
			'title'       => __( 'Vitrine suggestions', 'vitrine' ),
			'description' => __( 'Products Vitrine suggests to each visitor.', 'vitrine' ),
			'category'    => 'widgets',
			'icon'        => 'grid-view',
			'keywords'    => array( __( 'recommendations', 'vitrine' ), __( 'products', 'vitrine' ), __( 'related', 'vitrine' ) ),
		);
	}

	/**
	 * The script of the editor and its texts. Only there: labels are many, and pages of the shop need none.
	 */
	public static function say_texts() {
		$needs = array( 'wp-blocks', 'wp-element', 'wp-block-editor', 'wp-components' );
		wp_enqueue_script( 'vitrine-block', plugins_url( 'assets/block.js', VITRINE_FILE ), $needs, VITRINE_VERSION, true );
		$rows = array();
		foreach ( Vitrine_Placements::for_pages() as $slot ) {
			$rows[] = array(
				'name'  => $slot,
				'label' => Vitrine_Admin::label( $slot ),
			);
		}
		$said = array(
			'title'        => __( 'Vitrine suggestions', 'vitrine' ),
			'instructions' => __( 'Each visitor sees products chosen for this place. Nothing is shown here while you edit.', 'vitrine' ),
			'choose'       => __( 'Which suggestions', 'vitrine' ),
			'help'         => __( 'Stands here also when its switch on the Vitrine page is off.', 'vitrine' ),
			'placements'   => $rows,
		);
		wp_add_inline_script( 'vitrine-block', 'window.vitrineBlock = ' . wp_json_encode( $said, JSON_HEX_TAG ) . ';', 'before' );
	}

	/**
	 * The slot in a page.
	 *
	 * @param array $attributes placement.
	 * @return string HTML.
	 */
	public static function draw( $attributes ) {
		$slot = isset( $attributes['placement'] ) ? sanitize_key( $attributes['placement'] ) : '';
		$html = Vitrine_Options::is_connected() ? Vitrine_Placements::markup( $slot ) : '';
		return '' === $html ? '' : sprintf( '<div %s>%s</div>', get_block_wrapper_attributes(), $html );
	}
}
