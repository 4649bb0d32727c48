<?php
/**
 * What a theme may call.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

if ( ! function_exists( 'vitrine_placement' ) ) {
	/**
	 * Prints the element suggestions stand in: <?php vitrine_placement( 'similar' ); ?>
	 *
	 * Nothing is printed while the shop is not connected, or for a name that is none.
	 *
	 * @param string $slot One of Vitrine_Placements::for_pages(): bought_together, similar, cart ...
	 */
	function vitrine_placement( $slot ) {
		if ( Vitrine_Options::is_connected() && class_exists( 'WooCommerce' ) ) {
			echo Vitrine_Placements::markup( $slot ); // phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- made of escaped parts.
		}
	}
}
