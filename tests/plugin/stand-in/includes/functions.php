<?php
/** Small functions: texts, money, addresses, notices. */

function wc_doing_it_wrong( $function, $message, $version ) {
	_doing_it_wrong( $function, $message, $version ); // phpcs:ignore
}

function wc_clean( $value ) {
	return is_array( $value ) ? array_map( 'wc_clean', $value ) : ( is_scalar( $value ) ? sanitize_text_field( $value ) : $value );
}

function wc_string_to_bool( $value ) {
	return is_bool( $value ) ? $value : in_array( strtolower( (string) $value ), array( 'yes', '1', 'true' ), true );
}

function wc_bool_to_string( $value ) {
	return wc_string_to_bool( $value ) ? 'yes' : 'no';
}

function wc_get_price_decimals() {
	return absint( apply_filters( 'wc_get_price_decimals', get_option( 'woocommerce_price_num_decimals', 2 ) ) );
}

function wc_get_rounding_precision() {
	return wc_get_price_decimals() + 2;
}

function wc_get_price_decimal_separator() {
	$point = apply_filters( 'wc_get_price_decimal_separator', get_option( 'woocommerce_price_decimal_sep' ) );
	return $point ? stripslashes( $point ) : '.';
}

function wc_get_price_thousand_separator() {
	return stripslashes( apply_filters( 'wc_get_price_thousand_separator', get_option( 'woocommerce_price_thousand_sep', ',' ) ) );
}

function get_woocommerce_price_format() {
	$position = get_option( 'woocommerce_currency_pos', 'left' );
	$formats  = array( 'left' => '%1$s%2$s', 'right' => '%2$s%1$s', 'left_space' => '%1$s&nbsp;%2$s', 'right_space' => '%2$s&nbsp;%1$s' );
	return apply_filters( 'woocommerce_price_format', $formats[ $position ] ?? '%1$s%2$s', $position );
}

function wc_format_decimal( $number, $decimals = false, $trim = false ) {
	if ( '' === $number || null === $number ) {
		return '';
	}
	$number = is_float( $number ) ? $number : (float) str_replace( ',', '.', (string) $number );
	return false === $decimals ? (string) $number : number_format( $number, '' === $decimals ? wc_get_price_decimals() : (int) $decimals, '.', '' );
}

function wc_stock_amount( $amount ) {
	return apply_filters( 'woocommerce_stock_amount', $amount );
}

function get_woocommerce_currency() {
	return apply_filters( 'woocommerce_currency', get_option( 'woocommerce_currency' ) );
}

function get_woocommerce_currency_symbol( $currency = '' ) {
	$currency = $currency ?: get_woocommerce_currency();
	return apply_filters( 'woocommerce_currency_symbol', array( 'RON' => 'lei', 'EUR' => '&euro;', 'USD' => '&#36;' )[ $currency ] ?? '', $currency );
}

function wc_price( $price, $args = array() ) {
	$point  = wc_get_price_decimal_separator();
	$amount = number_format( abs( (float) $price ), wc_get_price_decimals(), $point, wc_get_price_thousand_separator() );
	if ( apply_filters( 'woocommerce_price_trim_zeros', false ) ) {
		$amount = preg_replace( '/' . preg_quote( $point, '/' ) . '0++$/', '', $amount );
	}
	$symbol = '<span class="woocommerce-Price-currencySymbol">' . get_woocommerce_currency_symbol() . '</span>';
	$html   = '<span class="woocommerce-Price-amount amount"><bdi>' . ( $price < 0 ? '-' : '' ) . sprintf( get_woocommerce_price_format(), $symbol, $amount ) . '</bdi></span>';
	return apply_filters( 'wc_price', $html, $amount, $args, $price, $price );
}

function wc_format_sale_price( $regular, $sale ) {
	return '<del aria-hidden="true">' . ( is_numeric( $regular ) ? wc_price( $regular ) : $regular ) . '</del> <ins>' . ( is_numeric( $sale ) ? wc_price( $sale ) : $sale ) . '</ins>';
}

function wc_tax_enabled() {
	return false;
}

function wc_prices_include_tax() {
	return false;
}

function wc_get_price_including_tax( $product, $args = array() ) {
	$price = isset( $args['price'] ) && '' !== $args['price'] ? $args['price'] : $product->get_price();
	return '' === $price ? '' : (float) $price * (float) ( $args['qty'] ?? 1 );
}

function wc_get_price_excluding_tax( $product, $args = array() ) {
	return wc_get_price_including_tax( $product, $args );
}

function wc_get_price_to_display( $product, $args = array() ) {
	return wc_get_price_including_tax( $product, $args );
}

function wc_rand_hash() {
	return sha1( random_bytes( 20 ) );
}

function wc_api_hash( $data ) {
	return hash_hmac( 'sha256', $data, 'wc-api' );
}

function wc_get_page_id( $page ) {
	return (int) get_option( "woocommerce_{$page}_page_id", -1 ) ?: -1;
}

function wc_get_page_permalink( $page ) {
	$id = wc_get_page_id( $page );
	return apply_filters( "woocommerce_get_{$page}_page_permalink", $id > 0 ? get_permalink( $id ) : home_url( '/' ) );
}

function wc_get_cart_url() {
	return apply_filters( 'woocommerce_get_cart_url', wc_get_page_permalink( 'cart' ) );
}

function wc_get_checkout_url() {
	return apply_filters( 'woocommerce_get_checkout_url', wc_get_page_permalink( 'checkout' ) );
}

function wc_get_endpoint_url( $endpoint, $value = '', $permalink = '' ) {
	return trailingslashit( $permalink ) . $endpoint . '/' . ( '' === $value ? '' : $value . '/' );
}

function wc_setcookie( $name, $value, $expire = 0, $secure = false, $httponly = false ) {
	if ( ! headers_sent() ) {
		setcookie( $name, $value, array( 'expires' => $expire, 'secure' => $secure, 'path' => COOKIEPATH ?: '/', 'domain' => COOKIE_DOMAIN, 'httponly' => $httponly ) );
	}
}

function wc_placeholder_img_src( $size = '' ) {
	return WC()->plugin_url() . '/assets/placeholder.svg';
}

function wc_load_cart() {
	WC()->initialize_session();
	WC()->initialize_cart();
}

function wc_nocache_headers() {
	nocache_headers();
}

/** Logs go nowhere but are counted as PHP's when they are errors. */
function wc_get_logger() {
	return new class() {
		public function __call( $level, $arguments ) {
			if ( in_array( $level, array( 'emergency', 'alert', 'critical', 'error' ), true ) ) {
				error_log( "WooCommerce log $level: " . $arguments[0] ); // phpcs:ignore
			}
		}
	};
}

/* ---- notices ---- */

function wc_add_notice( $message, $type = 'success', $data = array() ) {
	if ( ! did_action( 'woocommerce_init' ) || ! WC()->session ) {
		wc_doing_it_wrong( __FUNCTION__, 'This function should not be called before woocommerce_init.', '2.3' );
		return;
	}
	$all            = WC()->session->get( 'wc_notices', array() );
	$all[ $type ][] = array( 'notice' => apply_filters( 'woocommerce_add_' . $type, $message ), 'data' => $data );
	WC()->session->set( 'wc_notices', $all );
}

function wc_get_notices( $type = '' ) {
	$all = WC()->session ? WC()->session->get( 'wc_notices', array() ) : array();
	return '' === $type ? $all : ( $all[ $type ] ?? array() );
}

function wc_set_notices( $notices ) {
	WC()->session->set( 'wc_notices', $notices ?: null );
}

function wc_notice_count( $type = '' ) {
	return '' === $type ? array_sum( array_map( 'count', wc_get_notices() ) ) : count( wc_get_notices( $type ) );
}

function wc_has_notice( $message, $type = 'success' ) {
	return in_array( $message, wp_list_pluck( wc_get_notices( $type ), 'notice' ), true );
}

function wc_clear_notices() {
	WC()->session && WC()->session->set( 'wc_notices', null );
}

function wc_print_notices( $return = false ) {
	$html = '';
	foreach ( wc_get_notices() as $type => $list ) {
		foreach ( $list as $one ) {
			$html .= sprintf( '<div class="woocommerce-%s" role="alert">%s</div>', 'error' === $type ? 'error' : ( 'notice' === $type ? 'info' : 'message' ), wp_kses_post( $one['notice'] ) );
		}
	}
	wc_clear_notices();
	if ( $return ) {
		return $html;
	}
	echo $html; // phpcs:ignore
}

function wc_print_notice( $message, $type = 'success' ) {
	printf( '<div class="woocommerce-%s" role="alert">%s</div>', 'error' === $type ? 'error' : 'message', wp_kses_post( $message ) );
}

/** Where the owner finds the shop in the menu. */
add_action(
	'admin_menu',
	function () {
		add_menu_page( 'WooCommerce', 'WooCommerce', 'manage_woocommerce', 'woocommerce', '__return_null' );
	},
	9
);
