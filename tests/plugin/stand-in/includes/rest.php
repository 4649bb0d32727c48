<?php
/** The REST API v3, as far as Vitrine's connector reads and writes it: keys (OAuth 1.0a, as over plain HTTP), lists, one row, webhooks. */

class WC_REST {
	private static $user    = 0;
	private static $trouble = null;

	public static function hooks() {
		add_filter( 'determine_current_user', array( __CLASS__, 'authenticate' ), 15 );
		add_filter( 'rest_authentication_errors', function ( $result ) { return self::$trouble ?: $result; }, 15 );
		add_action( 'rest_api_init', array( __CLASS__, 'routes' ) );
	}

	/* ---- keys ---- */

	public static function authenticate( $user_id ) {
		if ( $user_id || false === strpos( $_SERVER['REQUEST_URI'] ?? '', rest_get_url_prefix() . '/wc/v' ) ) {
			return $user_id;
		}
		// phpcs:disable WordPress.Security
		if ( is_ssl() && isset( $_SERVER['PHP_AUTH_USER'] ) ) {
			return self::check( $_SERVER['PHP_AUTH_USER'], $_SERVER['PHP_AUTH_PW'], false );
		}
		if ( is_ssl() && isset( $_GET['consumer_key'] ) ) {
			return self::check( $_GET['consumer_key'], $_GET['consumer_secret'] ?? '', false );
		}
		if ( ! is_ssl() && isset( $_GET['oauth_consumer_key'] ) ) {
			return self::check( $_GET['oauth_consumer_key'], '', true );
		}
		// phpcs:enable
		return $user_id;
	}

	private static function refuse( $message, $word = 'woocommerce_rest_authentication_error' ) {
		self::$trouble = new WP_Error( $word, $message, array( 'status' => 401 ) );
		return 0;
	}

	private static function check( $key, $secret, $oauth ) {
		global $wpdb;
		$row = $wpdb->get_row( $wpdb->prepare( "SELECT * FROM {$wpdb->prefix}woocommerce_api_keys WHERE consumer_key = %s", wc_api_hash( sanitize_text_field( $key ) ) ) );
		if ( ! $row ) {
			return $oauth ? self::refuse( 'Consumer key is invalid.' ) : 0;
		}
		$wrong = $oauth ? self::oauth_trouble( $row ) : ( hash_equals( $row->consumer_secret, $secret ) ? '' : 'Consumer secret is invalid.' );
		if ( $wrong ) {
			return self::refuse( $wrong );
		}
		$reads = in_array( $_SERVER['REQUEST_METHOD'], array( 'GET', 'HEAD', 'OPTIONS' ), true );
		if ( ! in_array( $row->permissions, array( 'read_write', $reads ? 'read' : 'write' ), true ) ) {
			return self::refuse( 'The API key provided does not have ' . ( $reads ? 'read' : 'write' ) . ' permissions.' );
		}
		$wpdb->update( $wpdb->prefix . 'woocommerce_api_keys', array( 'last_access' => current_time( 'mysql' ) ), array( 'key_id' => $row->key_id ) );
		self::$user = (int) $row->user_id;
		return self::$user;
	}

	/** '' when the signature is right (RFC 5849, HMAC-SHA256 or SHA1, the secret alone as key and '&' behind it). */
	private static function oauth_trouble( $row ) {
		global $wpdb;
		$given = wp_unslash( $_GET ); // phpcs:ignore
		foreach ( array( 'timestamp', 'nonce', 'signature', 'signature_method' ) as $name ) {
			if ( empty( $given[ "oauth_$name" ] ) ) {
				return 'Missing OAuth parameter ' . "oauth_$name";
			}
		}
		$pairs = array();
		foreach ( explode( '&', $_SERVER['QUERY_STRING'] ?? '' ) as $pair ) {
			list( $name, $value ) = array_map( 'rawurldecode', explode( '=', str_replace( '+', '%20', $pair ), 2 ) + array( 1 => '' ) );
			if ( 'oauth_signature' !== $name ) {
				$pairs[] = rawurlencode( rawurlencode( $name ) . '=' . rawurlencode( $value ) );
			}
		}
		sort( $pairs );
		$url  = get_home_url( null, strtok( $_SERVER['REQUEST_URI'], '?' ) );
		$base = $_SERVER['REQUEST_METHOD'] . '&' . rawurlencode( $url ) . '&' . implode( '%26', $pairs );
		$mac  = base64_encode( hash_hmac( strtolower( str_replace( 'HMAC-', '', $given['oauth_signature_method'] ) ), $base, $row->consumer_secret . '&', true ) );
		if ( ! hash_equals( $mac, $given['oauth_signature'] ) ) {
			return 'Invalid signature - provided signature does not match.';
		}
		if ( abs( time() - (int) $given['oauth_timestamp'] ) > 900 ) {
			return 'Invalid timestamp.';
		}
		$used = (array) maybe_unserialize( $row->nonces );
		if ( in_array( $given['oauth_nonce'], $used, true ) ) {
			return 'Invalid nonce - nonce has already been used.';
		}
		$used[ microtime( true ) . '' ] = $given['oauth_nonce'];
		$wpdb->update( $wpdb->prefix . 'woocommerce_api_keys', array( 'nonces' => maybe_serialize( array_slice( $used, -300, null, true ) ) ), array( 'key_id' => $row->key_id ) );
		return '';
	}

	/* ---- routes ---- */

	public static function routes() {
		$add = function ( $route, $methods, $callback ) {
			register_rest_route( 'wc/v3', $route, array( 'methods' => $methods, 'callback' => $callback, 'permission_callback' => function () {
				return current_user_can( 'manage_woocommerce' ) ? true : new WP_Error( 'woocommerce_rest_cannot_view', 'Sorry, you cannot list resources.', array( 'status' => rest_authorization_required_code() ) );
			} ) );
		};
		foreach ( array( 'products', 'orders', 'customers', 'coupons', 'products/categories', 'products/tags', 'products/reviews', 'webhooks' ) as $name ) {
			$add( "/$name", 'GET', function ( $request ) use ( $name ) { return self::listed( $name, $request ); } );
			$add( "/$name/(?P<id>\d+)", 'GET', function ( $request ) use ( $name ) { return self::one( $name, $request ); } );
		}
		$add( '/products/(?P<parent>\d+)/variations', 'GET', function ( $request ) { return self::listed( 'variations', $request ); } );
		$add( '/orders/(?P<parent>\d+)/refunds', 'GET', function () { return self::paged( array(), array() ); } );
		$add( '/settings/general', 'GET', function () {
			$rows = array( array( 'id' => 'woocommerce_currency', 'value' => get_woocommerce_currency() ) );
			foreach ( array( 'currency_pos' => 'left', 'price_thousand_sep' => ',', 'price_decimal_sep' => '.', 'price_num_decimals' => '2' ) as $name => $usual ) {
				$rows[] = array( 'id' => "woocommerce_$name", 'value' => get_option( "woocommerce_$name", $usual ) );
			}
			return $rows;
		} );
		$add( '/settings/tax', 'GET', function () { return array( array( 'id' => 'woocommerce_prices_include_tax', 'value' => 'no' ), array( 'id' => 'woocommerce_tax_display_shop', 'value' => 'excl' ) ); } );
		$add( '/settings/products', 'GET', function () { return array(); } );
		$add( '/system_status', 'GET', function () { return array( 'environment' => array( 'version' => WC_VERSION, 'language' => get_locale() ), 'settings' => array( 'currency' => get_woocommerce_currency(), 'currency_symbol' => get_woocommerce_currency_symbol() ) ); } );
		$add( '/webhooks', 'POST', array( 'WC_Webhooks', 'create' ) );
		$add( '/webhooks/batch', 'POST', array( 'WC_Webhooks', 'batch' ) );
		$add( '/webhooks/(?P<id>\d+)', 'POST, PUT', array( 'WC_Webhooks', 'change' ) );
		$add( '/webhooks/(?P<id>\d+)', 'DELETE', array( 'WC_Webhooks', 'delete' ) );
	}

	private static function listed( $name, $request ) {
		$rows = array_values( array_filter( WC_REST_Rows::ids( $name, $request ) ) );
		return self::paged( $rows, $request, function ( $id ) use ( $name ) { return WC_REST_Rows::row( $name, $id ); } );
	}

	private static function one( $name, $request ) {
		$row = WC_REST_Rows::row( $name, (int) $request['id'] );
		return $row ?: new WP_Error( 'woocommerce_rest_invalid_id', 'Invalid ID.', array( 'status' => 404 ) );
	}

	private static function paged( $ids, $request, $read = null ) {
		$size = (int) ( $request['per_page'] ?? 10 );
		$page = (int) ( $request['page'] ?? 1 );
		if ( $size < 1 || $size > 100 || $page < 1 ) {
			return new WP_Error( 'rest_invalid_param', 'Invalid parameter(s): ' . ( $page < 1 ? 'page' : 'per_page' ), array( 'status' => 400 ) );
		}
		if ( 'id' === ( $request['orderby'] ?? '' ) || 'asc' === ( $request['order'] ?? '' ) ) {
			sort( $ids );
		}
		'desc' === ( $request['order'] ?? 'desc' ) ? rsort( $ids ) : sort( $ids );
		$start  = isset( $request['offset'] ) && (int) $request['offset'] ? (int) $request['offset'] : ( $page - 1 ) * $size;
		$answer = new WP_REST_Response( array_values( array_filter( array_map( $read ?: 'intval', array_slice( $ids, $start, $size ) ) ) ) );
		$answer->header( 'X-WP-Total', count( $ids ) );
		$answer->header( 'X-WP-TotalPages', (int) ceil( count( $ids ) / $size ) );
		return $answer;
	}
}
WC_REST::hooks();
