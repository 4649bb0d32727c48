<?php
/**
 * The connection between this shop and a Vitrine server.
 *
 * @package Vitrine
 */

defined( 'ABSPATH' ) || exit;

/**
 * Makes it, ends it, tests it, and asks how it is. It draws nothing: Vitrine_Admin does.
 */
final class Vitrine_Connection {

	const CONNECT_SECONDS = 60;
	const TEST_SECONDS    = 5;

	/**
	 * What connecting writes into the settings, and disconnecting takes out.
	 */
	const SETTINGS = array( 'server', 'store_id', 'store', 'public_key', 'secret_key', 'plugin_secret', 'rest_key_id', 'connected_at' );

	/**
	 * Takes the line `vitrine connect code` printed apart: https://HOST/connect/ABCD-EFGH-JKMN.
	 *
	 * @param string $line What the owner pasted.
	 * @return array|WP_Error server, code.
	 */
	public static function read_line( $line ) {
		$line = trim( $line, " \t\n\r\0\x0B\"'<>" );
		if ( preg_match( '~^(https?://[^\s/?#@]+(?:/[^\s?#]*)?)/connect/([A-Za-z0-9-]{8,32})/?$~i', $line, $part ) ) {
			return array(
				'server' => untrailingslashit( $part[1] ),
				'code'   => strtoupper( $part[2] ),
			);
		}
		return new WP_Error( 'vitrine', __( 'This is not the line Vitrine prints. It looks like http://your-server:8080/connect/ABCD-EFGH-JKMN; copy all of it.', 'vitrine' ) );
	}

	/**
	 * Connects: makes a REST key, hands it to the server with the one-time code, keeps what comes back. Nothing changes when it fails.
	 *
	 * @param string $line What the owner pasted.
	 * @return true|WP_Error
	 */
	public static function begin( $line ) {
		$at = self::read_line( $line );
		if ( is_wp_error( $at ) ) {
			return $at;
		}
		if ( '' === (string) get_option( 'permalink_structure' ) ) {
			return new WP_Error( 'vitrine', __( 'WooCommerce answers other programs only when permalinks are not plain. Choose another form under Settings, Permalinks, then connect.', 'vitrine' ) );
		}
		$key = Vitrine_Rest_Key::make();
		if ( is_wp_error( $key ) ) {
			return $key;
		}
		$answer = self::exchange( $at, $key );
		if ( is_wp_error( $answer ) ) {
			Vitrine_Rest_Key::remove( $key['id'] );
			return $answer;
		}
		Vitrine_Rest_Key::remove( Vitrine_Options::get( 'rest_key_id' ) );
		Vitrine_Options::set(
			array_merge(
				$answer,
				array(
					'server'       => $at['server'],
					'rest_key_id'  => $key['id'],
					'connected_at' => time(),
				)
			)
		);
		Vitrine_Client::forget_failures();
		return true;
	}

	/**
	 * Gives the server the REST key, gets the store's keys.
	 *
	 * @param array $at  server, code.
	 * @param array $key key, secret.
	 * @return array|WP_Error store_id, store, public_key, secret_key, plugin_secret.
	 */
	private static function exchange( array $at, array $key ) {
		$body    = array(
			'code'   => $at['code'],
			'url'    => untrailingslashit( home_url() ),
			'key'    => $key['key'],
			'secret' => $key['secret'],
			'plugin' => VITRINE_VERSION,
		);
		$options = array(
			'server'  => $at['server'],
			'key'     => '',
			'timeout' => self::CONNECT_SECONDS,
		);
		$answer  = Vitrine_Client::post( '/api/v1/connect/woocommerce', $body, $options );
		if ( is_wp_error( $answer ) || self::is_whole( $answer ) ) {
			return $answer;
		}
		return new WP_Error( 'vitrine', __( 'The server answered, but not as Vitrine does. Is the address right, and is Vitrine as new as this plugin?', 'vitrine' ) );
	}

	/**
	 * Whether an answer holds the keys of a store.
	 *
	 * @param array $answer Of the server.
	 * @return bool
	 */
	private static function is_whole( array $answer ) {
		$forms = array(
			'store_id'      => '/^[1-9]\d*$/',
			'store'         => '/^\S{1,190}$/',
			'public_key'    => '/^vpk_\S{1,190}$/',
			'secret_key'    => '/^vsk_\S{1,190}$/',
			'plugin_secret' => '/^[0-9a-f]{64}$/',
		);
		foreach ( $forms as $name => $form ) {
			if ( ! isset( $answer[ $name ] ) || ! is_scalar( $answer[ $name ] ) || ! preg_match( $form, (string) $answer[ $name ] ) ) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Ends the connection on both sides. This side is free of it whatever the server says.
	 *
	 * @return true|WP_Error What the server said when it could not be told.
	 */
	public static function end() {
		$told = Vitrine_Options::is_connected() ? Vitrine_Client::post( '/api/v1/connect/end', new stdClass() ) : array();
		Vitrine_Rest_Key::remove( Vitrine_Options::get( 'rest_key_id' ) );
		Vitrine_Options::set( array_intersect_key( Vitrine_Options::DEFAULTS, array_flip( self::SETTINGS ) ) );
		return is_wp_error( $told ) ? $told : true;
	}

	/**
	 * Part of the plugin's installation: a row that is there is read without a query.
	 */
	public static function install() {
		Vitrine_Client::forget_failures();
	}

	/**
	 * With the plugin the connection goes, and the REST key.
	 */
	public static function remove() {
		self::end();
		delete_option( Vitrine_Client::FAILURES );
	}

	/**
	 * What the server knows of this shop: GET /api/v1/store.
	 *
	 * @return array|WP_Error
	 */
	public static function status() {
		return Vitrine_Client::get( '/api/v1/store', array(), array( 'timeout' => self::TEST_SECONDS ) );
	}

	/**
	 * Tries all that a shop needs of the server, one after the other.
	 *
	 * @return array Rows of array( bool, sentence ).
	 */
	public static function test() {
		$begin  = microtime( true );
		$status = self::status();
		if ( is_wp_error( $status ) ) {
			return array( array( false, $status->get_error_message() ) );
		}
		/* translators: %d: milliseconds. */
		$rows   = array( array( true, sprintf( __( 'The server answers, in %d ms.', 'vitrine' ), round( 1000 * ( microtime( true ) - $begin ) ) ) ) );
		$rows[] = Vitrine_Rest_Key::is_there( Vitrine_Options::get( 'rest_key_id' ) )
			? array( true, __( 'Its key to this shop is there.', 'vitrine' ) )
			: array( false, __( 'Its key to this shop was deleted. Connect again with a new code.', 'vitrine' ) );
		$rows[] = self::test_script();
		$rows[] = self::test_suggestions();
		return $rows;
	}

	/**
	 * Is the widget's script there for browsers?
	 *
	 * @return array
	 */
	private static function test_script() {
		$options = array(
			'type'    => 'text',
			'key'     => '',
			'timeout' => self::TEST_SECONDS,
		);
		$script  = Vitrine_Client::get( '/v.js', array(), $options );
		if ( is_wp_error( $script ) ) {
			return array( false, $script->get_error_message() );
		}
		return self::is_mixed() ? array( false, self::say_mixed() ) : array( true, __( 'The script for the shop’s pages is there.', 'vitrine' ) );
	}

	/**
	 * Does it suggest anything?
	 *
	 * @return array
	 */
	private static function test_suggestions() {
		$query  = array(
			'placement' => 'home',
			'n'         => 1,
		);
		$answer = Vitrine_Client::get( '/api/v1/recommendations', $query, array( 'timeout' => self::TEST_SECONDS ) );
		if ( is_wp_error( $answer ) ) {
			return array( false, $answer->get_error_message() );
		}
		if ( empty( $answer['items'][0]['name'] ) ) {
			return array( false, __( 'It has nothing to suggest yet: the shop’s products are still being copied, or none is for sale.', 'vitrine' ) );
		}
		/* translators: %s: name of a product. */
		return array( true, sprintf( __( 'It suggests, on the home page for instance: %s', 'vitrine' ), $answer['items'][0]['name'] ) );
	}

	/**
	 * Whether browsers will refuse the script: a shop by https, a server by http. The visitor's own machine is exempt.
	 *
	 * @return bool
	 */
	public static function is_mixed() {
		$server = wp_parse_url( Vitrine_Options::get( 'server' ) );
		$local  = isset( $server['host'] ) && in_array( $server['host'], array( 'localhost', '127.0.0.1' ), true );
		return isset( $server['scheme'] ) && 'http' === $server['scheme'] && ! $local && 0 === strpos( home_url(), 'https:' );
	}

	/**
	 * What to do about it.
	 *
	 * @return string
	 */
	public static function say_mixed() {
		return __( 'The shop is https and the server http, so browsers will not load its script. Put a certificate before Vitrine and connect again by its https address.', 'vitrine' );
	}
}
