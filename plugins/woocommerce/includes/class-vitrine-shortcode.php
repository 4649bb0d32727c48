<?php
/**
 * [vitrine placement="similar"]
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Puts a slot where the owner writes the shortcode, whatever the switches of the setup page say. A shop that is not connected shows nothing
 * rather than the words of the shortcode.
 */
final class Vitrine_Shortcode {

	/**
	 * The slot.
	 *
	 * @param array|string $attributes placement: one of Vitrine_Placements::for_pages().
	 * @return string HTML.
	 */
	public static function draw( $attributes ) {
		$attributes = shortcode_atts( array( 'placement' => '' ), $attributes, 'vitrine' );
		$slot       = sanitize_key( $attributes['placement'] );
		if ( in_array( $slot, Vitrine_Placements::for_pages(), true ) ) {
			return Vitrine_Options::is_connected() ? Vitrine_Placements::markup( $slot ) : '';
		}
		return current_user_can( 'manage_woocommerce' ) ? '<p>' . esc_html( self::what_there_is( $attributes['placement'] ) ) . '</p>' : '';
	}

	/**
	 * What an owner who mistyped a name is told on the page. Visitors see nothing.
	 *
	 * @param string $said The name.
	 * @return string
	 */
	private static function what_there_is( $said ) {
		/* translators: 1: a name that is none, 2: list of names. */
		return sprintf( __( 'Vitrine: there is no placement "%1$s". There are: %2$s. (Only you see this.)', 'vitrine' ), $said, implode( ', ', Vitrine_Placements::for_pages() ) );
	}
}
