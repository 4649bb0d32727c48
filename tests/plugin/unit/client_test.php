<?php
/**
 * Requests to the server.
 *
 * @package Vitrine
 */

require __DIR__ . '/web.php';

check(
	'a signature is HMAC-SHA256 of time.body with the secret as its hexadecimal digits',
	function () {
		connected( array( array( 200, '{}' ) ) );
		$signed = Vitrine_Client::signature( '{"messages":[]}', 1795144000 );
		// printf '1795144000.{"messages":[]}' | openssl dgst -sha256 -hmac "$( printf 'ab%.0s' {1..32} )".
		same( '1ad1612c0ac4e2bee33a191d78641abe80774c818521d71677180871d2e72ac8', $signed['X-Vitrine-Signature'] );
		same( array( '3', '1795144000' ), array( $signed['X-Vitrine-Store'], $signed['X-Vitrine-Time'] ) );
	}
);

check(
	'a batch carries its signature and no key',
	function () {
		connected( array( array( 200, '{"accepted":1,"repeated":0,"rejected":[]}' ) ) );
		$answer = Vitrine_Client::batch( array( array( 'id' => 'a' ) ) );
		same( 1, $answer['accepted'] );
		$asked = $GLOBALS['asked'][0];
		same( 'https://vitrine.example/api/v1/plugin/batch', $asked['url'] );
		same( false, isset( $asked['headers']['Authorization'] ) );
		same( hash_hmac( 'sha256', $asked['headers']['X-Vitrine-Time'] . '.' . $asked['body'], str_repeat( 'ab', 32 ) ), $asked['headers']['X-Vitrine-Signature'] );
	}
);

check(
	'what is over a megabyte is not sent',
	function () {
		connected( array( array( 200, '{}' ) ) );
		$answer = Vitrine_Client::batch( array( array( 'id' => str_repeat( 'x', 1000001 ) ) ) );
		same( 'vitrine_too_large', $answer->get_error_code() );
		same( array(), $GLOBALS['asked'] );
	}
);

check(
	'the server is told as it says it itself when it refuses, and by name when something else answers',
	function () {
		$cases = array(
			array( array( 403, '{"error":{"code":"forbidden","message":"this connect code is not known"}}' ), 403, '/^this connect code is not known$/' ),
			array( array( 404, '<html>nginx</html>' ), 404, '/no Vitrine server \(HTTP status 404\)/' ),
			array( array( 200, '<html>a shop</html>' ), 200, '/no Vitrine server/' ),
			array( null, 0, '/does not answer \(cURL error 7\)/' ),
		);
		foreach ( $cases as $case ) {
			connected( array( $case[0] ) );
			$answer = Vitrine_Client::get( '/api/v1/store' );
			same( $case[1], $answer->get_error_data()['status'] );
			same( 1, preg_match( $case[2], $answer->get_error_message() ), $answer->get_error_message() );
		}
	}
);

check(
	'keys go to the server that was connected and to no other: redirects are not followed',
	function () {
		connected( array( array( 302, '' ) ) );
		same( true, is_wp_error( Vitrine_Client::get( '/api/v1/store' ) ) );
		same( array( 0, 'Bearer vsk_1' ), array( $GLOBALS['asked'][0]['redirection'], $GLOBALS['asked'][0]['headers']['Authorization'] ) );
	}
);

check(
	'a page waits 0.8 seconds, and for nothing after three failures in a row',
	function () {
		connected( array( null ) );
		for ( $i = 0; $i < 5; $i++ ) {
			Vitrine_Client::get( '/api/v1/store', array(), array( 'page' => true ) );
		}
		same( 3, count( $GLOBALS['asked'] ) );
		same( 0.8, $GLOBALS['asked'][0]['timeout'] );
		Vitrine_Client::get( '/api/v1/store' );
		same( 4, count( $GLOBALS['asked'] ), 'in the background it is asked all the same:' );
	}
);

check(
	'when the pause is over one page asks alone, and waits twice as long when that failed',
	function () {
		connected( array( null ) );
		$ask = static function () {
			Vitrine_Client::get( '/api/v1/store', array(), array( 'page' => true ) );
			return count( $GLOBALS['asked'] );
		};
		for ( $i = 0; $i < 3; $i++ ) {
			$ask();
		}
		$GLOBALS['options']['vitrine_failures'][1] = time() - 1;
		same( array( 4, 4, 4 ), array( $ask(), $ask(), $ask() ) );
		same( true, abs( $GLOBALS['options']['vitrine_failures'][1] - time() - 120 ) <= 5, 'the second pause is two minutes:' );
		$GLOBALS['options']['vitrine_failures'] = array( 50, time() - 1 );
		$ask();
		same( true, abs( $GLOBALS['options']['vitrine_failures'][1] - time() - 900 ) <= 5, 'the longest is a quarter of an hour:' );
		$GLOBALS['options']['vitrine_failures'][1] = time() - 1;
		$GLOBALS['answers']                        = array( array( 200, '{}' ) );
		same( array( 6, 7 ), array( $ask(), $ask() ), 'an answer ends it:' );
	}
);

check(
	'a refusal is an answer: it ends the row of failures',
	function () {
		connected( array( null, null, array( 400, '{"error":{"message":"no"}}' ), null ) );
		for ( $i = 0; $i < 6; $i++ ) {
			Vitrine_Client::get( '/api/v1/store', array(), array( 'page' => true ) );
		}
		same( 6, count( $GLOBALS['asked'] ) );
	}
);

check(
	'lists of a query are joined with commas, empty members left out',
	function () {
		connected( array( array( 200, '{}' ) ) );
		Vitrine_Client::get( '/x', array( 'cart' => array( '1', '2 3' ), 'customer_id' => '', 'n' => 4 ) );
		same( 'https://vitrine.example/x?cart=1%2C2%203&n=4', $GLOBALS['asked'][0]['url'] );
	}
);
